// Pkerr explains the errors of PluralKit's API on the command line: what a code
// means, which endpoint answers what, what a response is and what to do next.
// It also serves a fake of the API, for building a client in any language.
//
//	go install github.com/pkerr/pkerr/cmd/pkerr@latest
//
// These are its subcommands. "pkerr help" and the name of one tells more.
//
//	pkerr explain 20003                        # or a status, a name, a message
//	pkerr explain "Member 'abcde' not found."  # or a line of a log
//	pkerr 404/20003                            # explain is the default
//	pkerr list --status 403
//	pkerr list --endpoint "GET /systems/{s}/members"
//	curl -i https://api.pluralkit.me/v2/members/zzzzz | pkerr decode
//	echo '{"message":"Member not found.","code":20002}' | pkerr decode
//	pkerr decode --status 502 page.html
//	pkerr serve
//	pkerr completion bash
//
// With --json the output is a JSON document. A key in it keeps its meaning; new
// ones may be added. A text that is not known is "", a number 0.
//
// The exit status is 0 if all went well, and 2 if the call was wrong or the
// output cannot be written. Decode returns 0 for a success, 1 for an error of
// the API, and 2 if nothing tells which of them a response is.
//
// The command needs no network. It knows what docs/errors.md says, and decodes
// by the rules of package client.
package main
