# Completes pkerr in fish:  pkerr completion fish | source
complete -c pkerr -f
complete -c pkerr -n __fish_use_subcommand -a '{{join .Subcommands " "}}'
complete -c pkerr -n __fish_use_subcommand -l help -d 'Show the help'
complete -c pkerr -n __fish_use_subcommand -l version -d 'Show the version'
complete -c pkerr -n '__fish_seen_subcommand_from explain list decode' -l json -d 'As JSON'
complete -c pkerr -n '__fish_seen_subcommand_from explain list decode' -l lang -x -a '{{join .Languages " "}}' -d 'Language'
complete -c pkerr -n '__fish_seen_subcommand_from explain decode' -l go -d 'What to use in Go'
complete -c pkerr -n '__fish_seen_subcommand_from list decode' -l status -x -a '{{join .Statuses " "}}' -d 'HTTP status'
complete -c pkerr -n '__fish_seen_subcommand_from list' -l endpoints -d 'All endpoints'
complete -c pkerr -n '__fish_seen_subcommand_from explain' -a '{{join .Codes " "}}'
{{- range .Endpoints}}
complete -c pkerr -n '__fish_seen_subcommand_from list' -l endpoint -x -a '"{{.}}"'
{{- end}}
complete -c pkerr -n '__fish_seen_subcommand_from decode' -F
complete -c pkerr -n '__fish_seen_subcommand_from serve' -l addr -x -a '127.0.0.1:0' -d 'Where to listen'
complete -c pkerr -n '__fish_seen_subcommand_from serve' -l on -x -d 'What a route answers'
complete -c pkerr -n '__fish_seen_subcommand_from completion' -a '{{join .Shells " "}}'
complete -c pkerr -n '__fish_seen_subcommand_from help' -a '{{join .Subcommands " "}}'
