# Completes pkerr in bash, from 3.2 on:  eval "$(pkerr completion bash)"
_pkerr() {
	local line word previous command i IFS=$' \t\n'
	# COMP_WORDS is broken at colons, which no word here has. The quotes of an
	# endpoint are part of its word.
	word=${COMP_WORDS[COMP_CWORD]}
	previous=${COMP_WORDS[COMP_CWORD - 1]}
	command=
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	COMPREPLY=()
	case $previous in
	--lang | -lang)
		COMPREPLY=($(compgen -W '{{join .Languages " "}}' -- "$word"))
		return
		;;
	--status | -status)
		COMPREPLY=($(compgen -W '{{join .Statuses " "}}' -- "$word"))
		return
		;;
	--endpoint | -endpoint)
		# Their spaces and braces are escaped, unless a quote is open: bash closes it.
		while IFS= read -r line; do
			[[ $word == [\'\"]* ]] || printf -v line %q "$line"
			[[ $line == "${word#[\'\"]}"* ]] && COMPREPLY+=("$line")
		done <<'ENDPOINTS'
{{join .Endpoints "\n"}}
ENDPOINTS
		return
		;;
	--addr | -addr)
		COMPREPLY=($(compgen -W '127.0.0.1' -- "$word"))
		return
		;;
	esac
	case $command in
	'') COMPREPLY=($(compgen -W '{{join .Subcommands " "}} --help --version' -- "$word")) ;;
	explain)
		case $word in
		-*) COMPREPLY=($(compgen -W '--json --lang --go --help' -- "$word")) ;;
		*) COMPREPLY=($(compgen -W '{{join .Codes " "}}' -- "$word")) ;;
		esac
		;;
	list) COMPREPLY=($(compgen -W '--json --lang --status --endpoint --endpoints --help' -- "$word")) ;;
	decode)
		case $word in
		-*) COMPREPLY=($(compgen -W '--json --lang --go --status --help' -- "$word")) ;;
		*)
			# Bash 3 has no compopt, and leaves out the slash behind a directory.
			compopt -o filenames 2>/dev/null
			IFS=$'\n'
			COMPREPLY=($(compgen -f -- "$word"))
			;;
		esac
		;;
	serve) COMPREPLY=($(compgen -W '--addr --on --help' -- "$word")) ;;
	completion) COMPREPLY=($(compgen -W '{{join .Shells " "}}' -- "$word")) ;;
	help) COMPREPLY=($(compgen -W '{{join .Subcommands " "}}' -- "$word")) ;;
	esac
}
complete -o nosort -F _pkerr pkerr 2>/dev/null || complete -F _pkerr pkerr
