// Pkerr explains the errors of PluralKit's API on the command line: what a code
// means, which endpoint sends it, what a response means and what to do next. It
// also serves a fake of the API, for building a client in any language.
//
//	go install github.com/pkerr/pkerr/cmd/pkerr@latest
//
// "pkerr help SUBCOMMAND" says more about each of these subcommands.
//
//	pkerr explain 20003                        # or a status, a name, a message
//	pkerr explain "Member 'abcde' not found."  # or a log line
//	pkerr 404/20003                            # explain is the default
//	pkerr list --status 403
//	pkerr list --endpoint "GET /systems/{s}/members"
//	curl -i https://api.pluralkit.me/v2/members/zzzzz | pkerr decode
//	echo '{"message":"Member not found.","code":20002}' | pkerr decode
//	pkerr decode --status 502 page.html
//	pkerr serve
//	pkerr completion bash
//
// With --json the output is a JSON document. The keys keep their meaning; new
// ones may be added. An unknown text is "", and an unknown number is 0.
//
// The exit status is 0 on success, and 2 if the command line is wrong or the
// output cannot be written. Decode exits with 0 for a success response, 1 for
// an error response, and 2 if it cannot tell which of them a response is.
//
// The command needs no network. It knows what docs/errors.md says, and decodes
// by the rules of package client.
package main
