package pkerr

import (
	"fmt"
	"iter"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// Code identifies an error of the API. It is the pair of the API's own number and the HTTP status, since the number
// alone is 0 for many different errors. A Code is spelled number*1000 + status: [MemberNotFound] is 20002_404.
//
// A Code is an error, and a whole one: a handler may return it as it is. [errors.Is] matches by it, as [Code.Is] tells.
// Codes that this library has no constant for are as good as those it has; [MakeCode] makes them.
//
// The zero Code is no code. All methods are safe for every value.
type Code int64

// The plain codes have the number 0, so the status alone tells them apart. They are also the classes: every code
// with the status 404 matches [NotFound], including those that the API adds later.
const (
	// BadRequest is «400: Bad Request». The API sends it for a body that is not JSON or has a value of the wrong JSON
	// type, for a path or query parameter or a timestamp that does not parse, for an empty list of members or groups to
	// add or remove, and for a PATCH without a single known key.
	// Fix the request: the body of the answer does not say what was wrong with it, whatever the API's page says of an
	// `error` key. Without a User-Agent header the API sends this status with no body at all.
	//
	// As a class it is every 4xx that has no plain code of its own, such as 409 and 418.
	BadRequest Code = 400

	// Unauthorized is «401: Missing or invalid Authorization header». The API sends it where the token is missing,
	// mistyped or revoked, and the path says @me, or the request writes a member or a group, or reads a member's settings
	// for a Discord server. Ask the user for a new token.
	// A wrong token on a public GET is no error: it is answered with the public data.
	Unauthorized Code = 401

	// Forbidden is «403: Missing permissions to access this resource». The API sends it where a request writes to a system,
	// or reads its settings for a Discord server, with the token of another one. With a wrong token or none it does so too,
	// unless the path says @me. Use another token, or leave it. (The API's page has another text for it, of being blocked;
	// the API never sends that one.)
	Forbidden Code = 403

	// NotFound is «404: Not Found». The API itself sends no such body: its unknown routes are answered with an empty
	// 404. Check the URL. To ask for any 404 at all, match it with [errors.Is].
	NotFound Code = 404

	// MethodNotAllowed is «405: Method Not Allowed». The API sends the status with an empty body, and an Allow header.
	// Use one of the methods that the header names.
	MethodNotAllowed Code = 405

	// Gone is «Unsupported API version». The API sends it on the paths of version 1, which it no longer has.
	// Move to version 2: no retry helps.
	Gone Code = 410

	// ContentTooLarge is «413: Content Too Large». The API itself never sends it (over 30 MB it fails with a 500), but a
	// proxy before it may, as those of self-hosted servers do, with an HTML body or none. Send less.
	ContentTooLarge Code = 413

	// UnsupportedMediaType is «415: Unsupported Media Type». The API sends the status, with problem details for a body,
	// where a request with a body does not say that it is JSON. Set the Content-Type to application/json.
	UnsupportedMediaType Code = 415

	// TooManyRequests is «429: too many requests». The API sends it where requests come faster than a rate limit allows. It
	// carries how long to wait ([RetryAfter]) and the scope of the limit that was hit. Wait a little longer than it says, as
	// RetryDelay in package client tells: the first refusal of a burst says 0 milliseconds, and a client that obeys to the
	// letter can be refused for ever.
	TooManyRequests Code = 429

	// InternalServerError is «500: Internal Server Error». The API sends it for its own faults, and for some mistakes of
	// the caller: a switch ID that is not a UUID, a negative limit, null for a boolean. Check the request before reporting
	// it. A write may have happened all the same, so repeat none blindly.
	//
	// As a class it is every 5xx, 501 to 504 included.
	InternalServerError Code = 500
)

// Things that were not found.
const (
	// SystemNotFound is «System not found.» The API sends it for a system ID, or the ID of a Discord account, that it
	// does not know. Check the reference; where it came from a Discord account, the account simply has no system.
	SystemNotFound Code = 20001_404

	// MemberNotFound is «Member not found.» The API sends it where the path names a member that does not exist, or was
	// deleted. Check the reference. It also matches [MemberNotFoundWithRef].
	MemberNotFound Code = 20002_404

	// MemberNotFoundWithRef is «Member '{memberRef}' not found.» The API sends it where a list in the body names a member
	// that does not exist or belongs to another system. [Ref] gives the reference, as the caller wrote it; drop it from the
	// list, or mend it. It is a [MemberNotFound].
	MemberNotFoundWithRef Code = 20003_404

	// GroupNotFound is «Group not found.» The API sends it where the path names a group that does not exist, or a list of
	// groups to add names one that does not exist or belongs to another system. Check the reference. It also matches
	// [GroupNotFoundWithRef].
	GroupNotFound Code = 20004_404

	// GroupNotFoundWithRef is «Group '{groupRef}' not found.» The API sends it where the list of groups that a member is to
	// be removed from, or to have instead of its own, names one that does not exist or belongs to another system. [Ref]
	// gives the reference. It is a [GroupNotFound].
	GroupNotFoundWithRef Code = 20005_404

	// MessageNotFound is «Message not found.» The API sends it for a Discord message that PluralKit did not proxy. This is
	// the common case, not a fault: treat it as the answer «not proxied».
	MessageNotFound Code = 20006_404

	// SwitchNotFound is «Switch not found.» The API sends it for a switch UUID that it does not know. Read the list of
	// switches again. It also matches [SwitchNotFoundPublic]. (A reference that is no UUID is answered with a 500.)
	SwitchNotFound Code = 20007_404

	// SwitchNotFoundPublic is «Switch not found, switch associated with different system, or unauthorized to view front
	// history.» The API sends it where the switch exists, and is another system's or in a front history that is private.
	// Check the system and the token. It is a [SwitchNotFound].
	SwitchNotFoundPublic Code = 20008_404

	// SystemGuildNotFound is «No system guild settings found for target guild.» The API sends it where the system has set
	// nothing for that Discord server yet. Treat it as the defaults.
	SystemGuildNotFound Code = 20009_404

	// MemberGuildNotFound is «No member guild settings found for target guild.» The API sends it where the member has set
	// nothing for that Discord server yet. Treat it as the defaults.
	MemberGuildNotFound Code = 20010_404
)

// Things that the caller may not see or change.
const (
	// UnauthorizedMemberList is «Unauthorized to view member list». The API sends it where a system keeps its member list
	// private and the token is not that system's. Respect it: only the system itself can change this.
	UnauthorizedMemberList Code = 30001_403

	// UnauthorizedGroupList is «Unauthorized to view group list». The API sends it where a system keeps its groups, or those
	// of a member, private and the token is not that system's. Respect it.
	UnauthorizedGroupList Code = 30002_403

	// UnauthorizedGroupMemberList is «Unauthorized to view group member list». The API sends it where a group keeps its
	// members private and the token is not its system's. Respect it.
	UnauthorizedGroupMemberList Code = 30003_403

	// UnauthorizedCurrentFronters is «Unauthorized to view current fronters.» The API sends it where a system keeps its
	// fronters private and the token is not that system's. Respect it.
	UnauthorizedCurrentFronters Code = 30004_403

	// UnauthorizedFrontHistory is «Unauthorized to view front history.» The API sends it where a system keeps its front
	// history private and the token is not that system's. Respect it.
	UnauthorizedFrontHistory Code = 30005_403

	// NotOwnMember is «Target member is not part of your system.» The API sends it where a request changes, or reads the
	// private side of, a member of another system. Use that system's token. It also matches [NotOwnMemberWithRef].
	NotOwnMember Code = 30006_403

	// NotOwnGroup is «Target group is not part of your system.» The API sends it where a request changes a group of another
	// system. Use that system's token. It also matches [NotOwnGroupWithRef].
	NotOwnGroup Code = 30007_403

	// NotOwnMemberWithRef is «Member '{memberRef}' is not part of your system.» The API sends it from one endpoint, that which
	// changes the members of a switch. [Ref] gives the reference; drop it from the list. It is a [NotOwnMember].
	NotOwnMemberWithRef Code = 30008_403

	// NotOwnGroupWithRef is «Group '{groupRef}' is not part of your system.» It is documented, but today's API never sends it.
	// [Ref] gives the reference. It is a [NotOwnGroup].
	NotOwnGroupWithRef Code = 30009_403
)

// Things that are wrong with the request. The last four, from 40007 on, are in the API's server and not in its
// documentation.
const (
	// ModelParse is «Error parsing JSON model». The API sends it where members of the body are invalid, too long, missing
	// or null, and says which in `errors`: [FieldErrors] has them by key. Show them beside the fields, and let the user
	// mend them. Servers build it with [Fields].
	ModelParse Code = 40001_400

	// MissingAutoproxyMember is «Missing autoproxy member for member-mode autoproxy.» It is documented, but the API has not
	// sent it since March 2022; a [ModelParse] on the key autoproxy_member came in its place. Name the member.
	MissingAutoproxyMember Code = 40002_400

	// DuplicateMembersInList is «Duplicate members in member list.» The API sends it where a switch names a member twice.
	// Send each once.
	DuplicateMembersInList Code = 40003_400

	// SameSwitchMembers is «Member list identical to current fronter list.» The API sends it where a switch would change
	// nothing. Those fronters are what was wanted: treat it as success.
	SameSwitchMembers Code = 40004_400

	// SameSwitchTimestamp is «Switch with provided timestamp already exists.» The API sends it where two switches would have
	// the same moment. After a retry with the same moment it means that the first try went through; else choose another one.
	SameSwitchTimestamp Code = 40005_400

	// InvalidSwitchID is «Invalid switch ID.» It is documented, but in practice today's API answers a reference that is no UUID
	// with an [InternalServerError]. Send the UUID that the API gave for the switch.
	InvalidSwitchID Code = 40006_400

	// MemberLimitReached is «Member limit reached.» The API sends it where the system has as many members as it may have.
	// No retry helps: members must be deleted, or a higher limit asked for at PluralKit's support server.
	MemberLimitReached Code = 40007_400

	// GroupLimitReached is «Group limit reached.» The API sends it where the system has as many groups as it may have. No
	// retry helps: groups must be deleted, or a higher limit asked for at PluralKit's support server.
	GroupLimitReached Code = 40008_400

	// PatchLatchMember is «Cannot patch autoproxy member with latch-mode autoproxy.» It is in the API's server, which no
	// longer sends it. In latch mode the last proxied member is used: leave the member out, or set another mode.
	PatchLatchMember Code = 40009_400

	// Unimplemented is «Unimplemented». The API sends it for autoproxy settings without a guild_id, or with a channel_id.
	// It is a 5xx that no retry helps: name the guild, and leave the channel out.
	Unimplemented Code = 50001_501
)

// entry is what there is to know about one constant.
type entry struct {
	code    Code
	name    string
	message string // as on the wire; {…} stands for the reference that the caller sent
	base    Code   // the numbered code that it refines, 0 for none
}

// table holds every constant, in order. It is data that is laid out by the compiler and never written to.
var table = [...]entry{
	{BadRequest, "BadRequest", "400: Bad Request", 0},
	{Unauthorized, "Unauthorized", "401: Missing or invalid Authorization header", 0},
	{Forbidden, "Forbidden", "403: Missing permissions to access this resource", 0},
	{NotFound, "NotFound", "404: Not Found", 0},
	{MethodNotAllowed, "MethodNotAllowed", "405: Method Not Allowed", 0},
	{Gone, "Gone", "Unsupported API version", 0},
	{ContentTooLarge, "ContentTooLarge", "413: Content Too Large", 0},
	{UnsupportedMediaType, "UnsupportedMediaType", "415: Unsupported Media Type", 0},
	{TooManyRequests, "TooManyRequests", "429: too many requests", 0},
	{InternalServerError, "InternalServerError", "500: Internal Server Error", 0},

	{SystemNotFound, "SystemNotFound", "System not found.", 0},
	{MemberNotFound, "MemberNotFound", "Member not found.", 0},
	{MemberNotFoundWithRef, "MemberNotFoundWithRef", "Member '{memberRef}' not found.", MemberNotFound},
	{GroupNotFound, "GroupNotFound", "Group not found.", 0},
	{GroupNotFoundWithRef, "GroupNotFoundWithRef", "Group '{groupRef}' not found.", GroupNotFound},
	{MessageNotFound, "MessageNotFound", "Message not found.", 0},
	{SwitchNotFound, "SwitchNotFound", "Switch not found.", 0},
	{SwitchNotFoundPublic, "SwitchNotFoundPublic", "Switch not found, switch associated with different system, or unauthorized to view front history.", SwitchNotFound},
	{SystemGuildNotFound, "SystemGuildNotFound", "No system guild settings found for target guild.", 0},
	{MemberGuildNotFound, "MemberGuildNotFound", "No member guild settings found for target guild.", 0},

	{UnauthorizedMemberList, "UnauthorizedMemberList", "Unauthorized to view member list", 0},
	{UnauthorizedGroupList, "UnauthorizedGroupList", "Unauthorized to view group list", 0},
	{UnauthorizedGroupMemberList, "UnauthorizedGroupMemberList", "Unauthorized to view group member list", 0},
	{UnauthorizedCurrentFronters, "UnauthorizedCurrentFronters", "Unauthorized to view current fronters.", 0},
	{UnauthorizedFrontHistory, "UnauthorizedFrontHistory", "Unauthorized to view front history.", 0},
	{NotOwnMember, "NotOwnMember", "Target member is not part of your system.", 0},
	{NotOwnGroup, "NotOwnGroup", "Target group is not part of your system.", 0},
	{NotOwnMemberWithRef, "NotOwnMemberWithRef", "Member '{memberRef}' is not part of your system.", NotOwnMember},
	{NotOwnGroupWithRef, "NotOwnGroupWithRef", "Group '{groupRef}' is not part of your system.", NotOwnGroup},

	{ModelParse, "ModelParse", "Error parsing JSON model", 0},
	{MissingAutoproxyMember, "MissingAutoproxyMember", "Missing autoproxy member for member-mode autoproxy.", 0},
	{DuplicateMembersInList, "DuplicateMembersInList", "Duplicate members in member list.", 0},
	{SameSwitchMembers, "SameSwitchMembers", "Member list identical to current fronter list.", 0},
	{SameSwitchTimestamp, "SameSwitchTimestamp", "Switch with provided timestamp already exists.", 0},
	{InvalidSwitchID, "InvalidSwitchID", "Invalid switch ID.", 0},
	{MemberLimitReached, "MemberLimitReached", "Member limit reached.", 0},
	{GroupLimitReached, "GroupLimitReached", "Group limit reached.", 0},
	{PatchLatchMember, "PatchLatchMember", "Cannot patch autoproxy member with latch-mode autoproxy.", 0},
	{Unimplemented, "Unimplemented", "Unimplemented", 0},
}

// search returns where in the table c is, or would be.
func search(c Code) (int, bool) {
	low, high := 0, len(table)
	for low < high {
		if middle := (low + high) / 2; table[middle].code < c {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(table) && table[low].code == c
}

// entry returns the row of c itself or, where its number is known and came with another status, that of its number;
// nil for a code that is unknown altogether.
func (c Code) entry() *entry {
	i, found := search(c)
	if found {
		return &table[i]
	}
	n := c.Number()
	if n <= 0 {
		return nil
	}
	// Each number has one row, which stands just before or just after where this status would be.
	for _, j := range [...]int{i - 1, i} {
		if j >= 0 && j < len(table) && table[j].code.Number() == n {
			return &table[j]
		}
	}
	return nil
}

// MakeCode returns the code of the API's number and the HTTP status, whether or not this library has a constant for
// it: MakeCode(20002, 404) is [MemberNotFound], MakeCode(0, 404) is [NotFound]. It returns 0 where there can be no such
// code: for a negative number or one too large for a Code, and for a status that is not of three digits.
func MakeCode(number int64, status int) Code {
	if status < 100 || status > 999 || number < 0 || number > (math.MaxInt64-int64(status))/1000 {
		return 0
	}
	return Code(number*1000 + int64(status))
}

// Codes iterates over every constant of this package, in order: the plain codes first, then by number.
func Codes() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		for i := range table {
			if !yield(table[i].code) {
				return
			}
		}
	}
}

// Lookup returns the constant with the given number and status, and whether there is one. Unlike [MakeCode] it knows
// only the codes that have a constant: it tells whether a code is known.
func Lookup(number int64, status int) (Code, bool) {
	c := MakeCode(number, status)
	if _, found := search(c); !found {
		return 0, false
	}
	return c, true
}

// Number returns the API's own number, the `code` of the response: 20003 for [MemberNotFoundWithRef], 0 for a plain
// code.
func (c Code) Number() int64 { return int64(c) / 1000 }

// Status returns the HTTP status: 404 for [MemberNotFoundWithRef].
func (c Code) Status() int { return int(c % 1000) }

// Name returns the name of the constant, such as "MemberNotFoundWithRef", and "" for a code that has none.
func (c Code) Name() string {
	if i, found := search(c); found {
		return table[i].name
	}
	return ""
}

// Message returns the API's English text for c. Where that names something, it is a template, such as
// "Member '{memberRef}' not found."; [Code.WithRef] fills it in, and it is never sent unfilled. A known number that came
// with another status has the text of its number. A code that is unknown altogether has none: "".
func (c Code) Message() string {
	if e := c.entry(); e != nil {
		return e.message
	}
	return ""
}

// Base returns the numbered code that c refines: [MemberNotFound] for [MemberNotFoundWithRef], and the constant for a
// known number that came with another status. It is 0 for a code that refines none; that c is also the plain code of its
// status is told by [Code.Is] alone.
func (c Code) Base() Code {
	e := c.entry()
	switch {
	case e == nil:
		return 0
	case e.code != c:
		return e.code
	}
	return e.base
}

// Is tells whether c is a case of target. It is what [errors.Is] asks, and compares only with a target that is itself
// a Code:
//
//   - a code is itself;
//   - it is the code that it refines: MemberNotFoundWithRef is a MemberNotFound, and a known number that came with
//     another status is the constant of that number;
//   - it is the plain code of its status: every 404 is a NotFound, unknown ones too. A status without a constant
//     counts as the x00 of its class, as RFC 9110 has it: 418 is a BadRequest, 503 an InternalServerError.
//
// It never holds the other way round: a MemberNotFound is not a MemberNotFoundWithRef. Code(0) is itself alone.
func (c Code) Is(target error) bool {
	t, ok := target.(Code)
	switch {
	case !ok:
		return false
	case t == c:
		return true
	case t <= 0 || c <= 0:
		return false
	case t.Number() == 0:
		return t.Status() == c.Status() || t == c.class()
	}
	for b := c.Base(); b != 0; b = b.Base() {
		if b == t {
			return true
		}
	}
	return false
}

// class returns the plain code that c's status counts as.
func (c Code) class() Code {
	plain := Code(c.Status())
	if _, found := search(plain); found {
		return plain
	}
	return plain / 100 * 100
}

// templates are the codes whose text names something.
var templates = [...]Code{MemberNotFoundWithRef, GroupNotFoundWithRef, NotOwnMemberWithRef, NotOwnGroupWithRef}

// naming returns the code that names what c is about, which may be c itself, and the text around the reference. It
// returns false for a code that names nothing.
func (c Code) naming() (_ Code, before, after string, _ bool) {
	n := c.Number()
	for _, t := range templates {
		if n != t.Number() && n != t.Base().Number() {
			continue
		}
		before, rest, _ := strings.Cut(t.Message(), "{")
		_, after, _ := strings.Cut(rest, "}")
		return c + Code(t.Number()-n)*1000, before, after, true // with the status of c
	}
	return 0, "", "", false
}

// text returns what is sent for c where nobody has said anything better. It has no braces, and is empty for Code(0)
// alone.
func (c Code) text() string {
	for e := c.entry(); e != nil; e = e.base.entry() {
		if strings.IndexByte(e.message, '{') < 0 {
			return e.message
		}
	}
	if m := Code(c.Status()).Message(); m != "" {
		return m
	}
	if c == 0 {
		return ""
	}
	return "status " + strconv.Itoa(c.Status())
}

// isTemplate tells whether message is one of the API's texts with the reference not filled in.
func isTemplate(message string) bool {
	if !strings.Contains(message, "Ref}'") {
		return false
	}
	for _, t := range templates {
		if message == t.Message() {
			return true
		}
	}
	return false
}

// Error returns the code and its text in one line, as an [*Error] of that code does: "20002/404: Member not found." The
// verbs of [fmt] print the code alone; see [Code.Format].
func (c Code) Error() string { return (&Error{Code: c}).Error() }

// String returns the code as it is printed, "20003/404". It is not the string of digits that the constant is.
func (c Code) String() string {
	return strconv.FormatInt(c.Number(), 10) + "/" + strconv.Itoa(c.Status())
}

// Format prints a code as "20003/404" with %v and %s, and in quotes with %q. %d and the other verbs for integers print
// the number alone. %#v prints Go: pkerr.MemberNotFoundWithRef, or a call of [MakeCode].
func (c Code) Format(f fmt.State, verb rune) {
	switch verb {
	case 'v':
		if f.Flag('#') {
			_, _ = fmt.Fprint(f, c.goString())
			return
		}
		verb = 's'
		fallthrough
	case 's', 'q':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), c.String())
	case 'b', 'd', 'o', 'O', 'x', 'X':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), c.Number())
	default:
		_, _ = fmt.Fprintf(f, "%%!%c(pkerr.Code=%s)", verb, c.String())
	}
}

func (c Code) goString() string {
	if name := c.Name(); name != "" {
		return "pkerr." + name
	}
	switch {
	case c != 0 && MakeCode(c.Number(), c.Status()) == c:
		return fmt.Sprintf("pkerr.MakeCode(%d, %d)", c.Number(), c.Status())
	case c.Number() == 0:
		return fmt.Sprintf("pkerr.Code(%d)", c.Status())
	}
	// No code can be this, so spell it as the constants are: 20003_007.
	return fmt.Sprintf("pkerr.Code(%d_%03d)", c.Number(), max(c.Status(), -c.Status()))
}

// LogValue logs a code as "20003/404".
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText writes a code as "20003/404", for JSON, for the keys of maps, and for flags. It never fails.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [Code.MarshalText] writes, and nothing else: a number, a slash, and a status of three
// digits, without signs or leading zeros. "0/0", the zero Code, is read too. Whether the code is known does not matter.
// On an error c is left as it was.
func (c *Code) UnmarshalText(text []byte) error {
	number, status, _ := strings.Cut(string(text), "/")
	n, _ := strconv.ParseInt(number, 10, 64)
	s, _ := strconv.Atoi(status)
	// Printing it again refuses all that these parsers are lenient about, and what they failed on.
	read := MakeCode(n, s)
	if read.String() != string(text) {
		return fmt.Errorf("pkerr: %.64q is not a code: want a number and a status, such as \"20003/404\"", text)
	}
	*c = read
	return nil
}

// WithRef returns an error that names what c is about: the member or group that the caller asked for, as it was
// spelled. The code becomes the one that names it: MemberNotFound and MemberNotFoundWithRef both give a
// MemberNotFoundWithRef. The reference goes into the message as it is. For a code that names nothing, the error is the
// plain one of that code.
func (c Code) WithRef(ref string) *Error { return (&Error{Code: c}).WithRef(ref) }

// WithMessage returns an error with the code c and another text than the API's own. An empty message is no message:
// the API's own is sent.
func (c Code) WithMessage(message string) *Error { return (&Error{Code: c}).WithMessage(message) }

// WithRetryAfter returns an error with the code c that tells the client to wait for d. The wire has whole milliseconds:
// a part of one is rounded up, and a negative d counts as 0.
func (c Code) WithRetryAfter(d time.Duration) *Error { return (&Error{Code: c}).WithRetryAfter(d) }

// WithScope returns an error with the code c that names the rate limit that was hit, such as "generic_get".
func (c Code) WithScope(scope string) *Error { return (&Error{Code: c}).WithScope(scope) }

// WithCause returns an error with the code c and the reason behind it. The cause is for [errors.Is], [errors.As] and logs;
// it is never sent.
func (c Code) WithCause(cause error) *Error { return (&Error{Code: c}).WithCause(cause) }
