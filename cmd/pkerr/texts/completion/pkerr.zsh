#compdef pkerr
# Completes pkerr in zsh:  eval "$(pkerr completion zsh)"
_pkerr() {
	local -a codes endpoints languages statuses
	codes=({{join .Codes " "}})
	languages=({{join .Languages " "}})
	statuses=({{join .Statuses " "}})
	endpoints=(
{{- range .Endpoints}}
		'{{.}}'
{{- end}}
	)
	if ((CURRENT == 2)); then
		compadd -- {{join .Subcommands " "}} --help --version
		return
	fi
	case ${words[CURRENT - 1]} in
	--lang | -lang)
		compadd -a languages
		return
		;;
	--status | -status)
		compadd -a statuses
		return
		;;
	--endpoint | -endpoint)
		compadd -a endpoints
		return
		;;
	--addr | -addr)
		compadd -- 127.0.0.1:0
		return
		;;
	esac
	case ${words[2]} in
	explain)
		if [[ ${words[CURRENT]} == -* ]]; then
			compadd -- --json --lang --go --help
		else
			compadd -a codes
		fi
		;;
	list) compadd -- --json --lang --status --endpoint --endpoints --help ;;
	decode)
		if [[ ${words[CURRENT]} == -* ]]; then
			compadd -- --json --lang --go --status --help
		else
			_files
		fi
		;;
	serve) compadd -- --addr --on --help ;;
	completion) compadd -- {{join .Shells " "}} ;;
	help) compadd -- {{join .Subcommands " "}} ;;
	esac
}
compdef _pkerr pkerr
