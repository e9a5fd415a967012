// Pkerr explains the errors of PluralKit's API at the prompt: what a code means, which endpoint answers what, what a
// response is and what to do next. It also serves a fake of the API, to build a client against in any language.
//
//	go install github.com/pkerr/pkerr/cmd/pkerr@latest
//
// It needs no network. What it knows is what https://github.com/pkerr/pkerr/blob/main/docs/errors.md has, and what it decodes
// it decodes by the rules of package client.
//
// # Explain
//
//	pkerr explain [--json] [--lang TAG] CODE...
//
// Explain says what a code means, when the API sends it, which endpoints do, and what to do about it. A code can be
// written in any of these ways:
//
//	pkerr explain 20003                          # the API's number
//	pkerr explain 404                            # the status, for a plain code
//	pkerr explain 20003/404                      # both, whether or not there is such a code
//	pkerr explain MemberNotFoundWithRef          # the name, in any case
//	pkerr explain "Member 'abcde' not found."    # the message, or a line of a log that has it
//	pkerr explain UnauthorizedF                  # the start of a name or of a message, if it is that of one code
//
// What begins several names is answered with these, and what is mistyped with what may have been meant.
//
// # List
//
//	pkerr list [--json] [--status N] [--endpoint ENDPOINT]
//	pkerr list [--json] --endpoints
//
// List shows all codes, or those with a status, or those that an endpoint answers. An endpoint is a method and a path: as
// the documentation writes it, as a program sends it, or as a URL. Where it names the system by @me, or by something else,
// codes that depend on that are settled. With --endpoints it shows all endpoints, and no codes.
//
//	pkerr list --status 403
//	pkerr list --endpoint "GET /systems/{s}/members"
//	pkerr list --endpoint "POST https://api.pluralkit.me/v2/groups/abcde/members/add"
//
// # Decode
//
//	pkerr decode [--json] [--lang TAG] [--status N] [FILE]
//
// Decode says what a response is: the code, what the message names, what is wrong with each key of the request, how long
// to wait, and what to do next. It reads a file, or the standard input where there is none or it is «-».
//
//	curl -i https://api.pluralkit.me/v2/members/zzzzz | pkerr decode
//	curl -sv https://api.pluralkit.me/v2/members/zzzzz 2>&1 | pkerr decode
//	echo '{"message":"Member not found.","code":20002}' | pkerr decode
//	pkerr decode --status 502 page.html
//
// Of the responses that curl shows one after the other, such as those of proxies and redirects, the last counts. What follows
// a redirect without Location, or a 401 or 407 that asks for no authentication, is its body, whatever it looks like.
//
// A body alone tells its status by its number, or in words; where it does not, --status says it. JSON that is not that of an
// error is a success response. No more than 64 KiB of a body are read, and what was read is gone by; nothing is printed that a
// terminal would obey.
//
// # Serve
//
//	pkerr serve [--addr 127.0.0.1:0]
//
// Serve serves a fake of the API on the loopback, and on nothing else, until it is interrupted. It prints its address, and a
// command to try. These are the routes:
//
//	/                   all routes; as JSON where that is accepted
//	/codes/20003        every code: by number, by status, or by name
//	/codes/20011/404    a code that the API may add one day
//	/corpus/rl-get      every response that the API is known to send
//	/limited            a success, behind the real rate limiter
//	/limited/@me        the same, counted by the token in the Authorization header
//
// The limiter takes 10 GETs a second, 3 requests with any other method, and 20 with an X-PluralKit-App header. Any other path is
// answered as the API answers what it does not know. Package pkerrtest has the same for the tests of Go programs.
//
// # Completion
//
//	pkerr completion bash|zsh|fish|powershell
//
// Completion prints a script for a shell, which completes subcommands, flags, codes, endpoints and languages. In ~/.bashrc:
//
//	eval "$(pkerr completion bash)"
//
// # JSON
//
// With --json the same comes as a JSON document, of explain and list as an object with the key codes, of
// list --endpoints with the key endpoints. A key that is there
// stays, and means what it means; new ones may come. A text that is not known is "", a number 0, and a list without
// anything in it [].
//
//	pkerr explain --json 20003 | jq -r '.codes[0].advice'
//	pkerr decode --json response.txt | jq .retry_delay_ms
//
// # Language
//
// The output is in English. Beside it stands the text for people of package locale, where the language is another: that of
// the flag --lang, which takes a BCP 47 tag or a Discord locale, else that of LC_ALL, LC_MESSAGES or LANG.
//
// # Exit status
//
//	0    all went well; of decode: the response was a success
//	1    of decode alone: the response was an error of the API
//	2    the call was wrong: a flag, a file that cannot be read, a code that does not exist, a status that nothing tells;
//	     or the output cannot be written, since the disk is full, say
//
// Flags may stand before and behind the arguments, up to a «--». There are colours only on a terminal, and none
// where NO_COLOR is set to anything, or TERM is dumb; on Windows they need WT_SESSION, TERM or ANSICON.
package main
