// Package pkerr is the vocabulary of PluralKit's HTTP API errors, for both of its sides: servers that emit them, and
// the bots and apps that handle them.
//
// A [Code] is the identity of an error, and a constant of this package is a whole error that is matched with [errors.Is]:
//
//	errors.Is(err, pkerr.MemberNotFound) // this error, or the one that refines it
//	errors.Is(err, pkerr.NotFound)       // any 404, including codes that the API adds later
//
// An [Error] adds what the API says beside the code: the text, what is wrong with which key, how long to wait. It is
// built from a code, and every step returns a new error:
//
//	pkerr.MemberNotFound.WithRef("abcde")
//	pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get")
//	pkerr.InternalServerError.WithCause(err) // the cause is for logs, and is never sent
//
// [Fields] collects what is wrong with a request, key by key. [Response] and [ErrorObject] are the two documented models of
// the wire. [CodeOf], [Ref], [RetryAfter] and [FieldErrors] read an error, however deeply it is wrapped.
//
// The packages client and server, below this one, turn responses into these errors and these errors into responses; locale
// says them to people in their language, and pkerrtest is a fake API for tests. This package uses no net/http.
//
// Codes are constants, and the methods of an Error change nothing, so that both are safe for concurrent use as long as
// nobody assigns to the exported fields of an Error that is shared.
package pkerr

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr/internal/oneline"
)

// Error is an error of the API, with all that it says. Build one from a [Code], and pass it as an error: its methods are on
// the pointer, and safe on nil and on the zero value.
//
// An Error matches what its Code matches, as [Code.Is] tells, and what its cause matches.
type Error struct {
	// Code tells which error this is.
	Code Code

	// Message is the API's English text, as it was sent or is to be sent. Where it is empty, the code's own text is sent.
	// What came from a server is as that server said it, of any length and with any character; for a log or a terminal
	// there is Error.Error.
	Message string

	// Fields tells what is wrong with which key of the request, of a [ModelParse].
	Fields Fields

	// RetryAfter tells how long the client is asked to wait. It is nil where nothing was said; 0 is a value that the API does
	// send.
	RetryAfter *time.Duration

	// Scope names the rate limit that was hit: "generic_get", "generic_update", and so on.
	Scope string

	cause error // for errors.Is and logs, never sent
}

// copy returns a copy that shares nothing with e that could be changed.
func (e *Error) copy() *Error {
	if e == nil {
		return &Error{}
	}
	c := *e
	c.Fields = e.Fields.clone()
	if e.RetryAfter != nil {
		c.RetryAfter = new(*e.RetryAfter)
	}
	return &c
}

// WithRef returns a copy of e that names what it is about, as [Code.WithRef] does. The text that e had is replaced.
func (e *Error) WithRef(ref string) *Error {
	c := e.copy()
	if code, before, after, ok := c.Code.naming(); ok {
		c.Code = code
		c.Message = before + ref + after
	}
	return c
}

// WithMessage returns a copy of e with another text. Where it is empty, the code's own text is sent.
func (e *Error) WithMessage(message string) *Error {
	c := e.copy()
	c.Message = message
	return c
}

// WithFields returns a copy of e with these fields instead of its own. They are copied. The code stays as it is;
// [Fields.Err] is the short way to a [ModelParse].
func (e *Error) WithFields(fields Fields) *Error {
	c := e.copy()
	c.Fields = fields.clone()
	return c
}

// WithRetryAfter returns a copy of e that tells the client to wait for d. The wire has whole milliseconds: a part of one is
// rounded up, and a negative d counts as 0.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	c := e.copy()
	c.RetryAfter = new(max(d, 0))
	return c
}

// WithScope returns a copy of e that names the rate limit that was hit, such as "generic_get".
func (e *Error) WithScope(scope string) *Error {
	c := e.copy()
	c.Scope = scope
	return c
}

// WithCause returns a copy of e with the reason behind it, instead of the one it had. The cause is for [errors.Is],
// [errors.As] and logs; it is never sent.
func (e *Error) WithCause(cause error) *Error {
	c := e.copy()
	c.cause = cause
	return c
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is tells whether the code of e is a case of target, as [Code.Is] does. It does not look at the cause; [errors.Is] does.
func (e *Error) Is(target error) bool {
	return e != nil && e.Code.Is(target)
}

// As sets target to the code of e where it is a *[Code], so that [errors.AsType] and [errors.As] find the code. An error
// without a code has none to offer.
func (e *Error) As(target any) bool {
	code, ok := target.(*Code)
	if !ok || code == nil || e == nil || e.Code == 0 {
		return false
	}
	*code = e.Code
	return true
}

// message returns the text that is sent for e: its own, else its code's, and never a template.
func (e *Error) message() string {
	if e.Message != "" && !isTemplate(e.Message) {
		return e.Message
	}
	return e.Code.text()
}

// What Error.Error prints at most, in bytes, of each part. Fields beyond the first few are counted.
const (
	printedMessage = 300
	printedKey     = 60
	printedFields  = 4
)

// Error returns all that e says in one line for logs, its cause included, such as "20002/404: Member not found." It
// is bounded, and what is not printable is escaped. Do not send it to anyone: what may be sent is what
// [Error.MarshalJSON] writes.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	b := make([]byte, 0, 64)
	message := e.message()
	status := strconv.Itoa(e.Code.Status())
	switch {
	case e.Code.Number() != 0 || e.Code == 0:
		b = append(append(b, e.Code.String()...), ": "...)
	case !strings.HasPrefix(message, status+": ") && message != "status "+status:
		// The API's own texts for plain codes begin with the status, others may not.
		b = append(append(b, status...), ": "...)
	}
	if message == "" {
		message = "no error code"
	}
	b = oneline.Append(b, message, printedMessage)
	if !e.Fields.empty() {
		b = append(append(b, ": "...), e.Fields.String()...)
	}
	switch {
	case e.Scope != "" && e.RetryAfter != nil:
		b = fmt.Appendf(b, " (scope %s, retry after %v)", oneline.Text(e.Scope, printedKey), *e.RetryAfter)
	case e.Scope != "":
		b = fmt.Appendf(b, " (scope %s)", oneline.Text(e.Scope, printedKey))
	case e.RetryAfter != nil:
		b = fmt.Appendf(b, " (retry after %v)", *e.RetryAfter)
	}
	if e.cause != nil {
		// fmt knows what to do with a cause that panics.
		b = oneline.Append(append(b, ": "...), fmt.Sprint(e.cause), printedMessage)
	}
	return string(b)
}

// Format prints [Error.Error] with %v and %s, in quotes with %q, in hexadecimal with %x and %X, and for %#v what e is made of.
// Another verb is reported as a mistake, as package fmt does. All of them are one line.
func (e *Error) Format(f fmt.State, verb rune) { oneline.Format(f, verb, e, e.goString) }

func (e *Error) goString() string {
	if e == nil {
		return "(*pkerr.Error)(nil)"
	}
	b := fmt.Appendf(nil, "&pkerr.Error{Code: %#v", e.Code)
	if e.Message != "" {
		b = fmt.Appendf(b, ", Message: %q", oneline.Text(e.Message, printedMessage))
	}
	if !e.Fields.empty() {
		b = fmt.Appendf(b, ", Fields: {%s}", e.Fields)
	}
	if e.RetryAfter != nil {
		b = fmt.Appendf(b, ", RetryAfter: %s", *e.RetryAfter)
	}
	if e.Scope != "" {
		b = fmt.Appendf(b, ", Scope: %q", oneline.Text(e.Scope, printedKey))
	}
	if e.cause != nil {
		b = fmt.Appendf(b, ", cause: %q", oneline.Text(fmt.Sprint(e.cause), printedMessage))
	}
	return string(append(b, '}'))
}

// LogValue logs e as a group: code and message, and where they are set fields, scope, retry_after and cause. Each text is
// one bounded line.
func (e *Error) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	attrs := []slog.Attr{
		slog.Any("code", e.Code),
		slog.String("message", oneline.Text(e.message(), printedMessage)),
	}
	if !e.Fields.empty() {
		attrs = append(attrs, slog.String("fields", e.Fields.String()))
	}
	if e.Scope != "" {
		attrs = append(attrs, slog.String("scope", oneline.Text(e.Scope, printedKey)))
	}
	if e.RetryAfter != nil {
		attrs = append(attrs, slog.Duration("retry_after", *e.RetryAfter))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", oneline.Text(fmt.Sprint(e.cause), printedMessage)))
	}
	return slog.GroupValue(attrs...)
}

// MarshalJSON writes the body that the API sends for e: that of [Error.Response]. The cause is not in it. A nil e is null.
//
// [json.Marshal] escapes <, > and & in what this returns; called directly, it does not, as the API does not.
//
// An Error does not read what it writes, for the status is not in it: unmarshal that into a [Response], and call [Response.Err].
func (e *Error) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	r := e.response()
	if e.RetryAfter != nil {
		ms := milliseconds(*e.RetryAfter) // stays on the stack, unlike what Response returns
		r.RetryAfter = &ms
	}
	return r.MarshalJSON()
}

var _ json.Marshaler = (*Error)(nil)

// CodeOf returns the code of err: that of the outermost [Code] or [*Error] in its chain that is not 0. It returns 0 where
// there is none, and for a nil err. Use it for a switch, or to ask for one exact code; [errors.Is] also knows classes.
func CodeOf(err error) Code {
	code, _ := first(err, func(err error) (Code, bool) {
		var code Code
		switch e := err.(type) {
		case Code:
			code = e
		case *Code:
			if e != nil {
				code = *e
			}
		case *Error:
			if e != nil {
				code = e.Code
			}
		case interface{ As(target any) bool }:
			if offered := new(Code); e.As(offered) {
				code = *offered
			}
		}
		return code, code != 0
	})
	return code
}

// Ref returns the reference that err names, as the caller wrote it: "abcde" for «Member 'abcde' not found.» It is
// taken from the message of the outermost [*Error] that has a code and a text of that kind, so it is a stranger's
// text. It returns false where there is none, and for a nil err.
func Ref(err error) (string, bool) {
	return inErrors(err, func(e *Error) (string, bool) {
		code, before, after, ok := e.Code.naming()
		if !ok || code != e.Code || isTemplate(e.Message) {
			return "", false
		}
		ref, opens := strings.CutPrefix(e.Message, before)
		ref, closes := strings.CutSuffix(ref, after)
		if !opens || !closes {
			return "", false
		}
		return ref, true
	})
}

// RetryAfter returns how long err asks the caller to wait, and whether it says so at all: that of the outermost [*Error]
// that does. It is never negative, and 0 is a value that the API does send. It returns false for a nil err.
//
// It is what the API says, and that is not enough: a client that waits for no longer can be refused for ever. How long to
// wait before a retry is told by RetryDelay in package client.
func RetryAfter(err error) (time.Duration, bool) {
	return inErrors(err, func(e *Error) (time.Duration, bool) {
		if e.RetryAfter == nil {
			return 0, false
		}
		return max(*e.RetryAfter, 0), true
	})
}

// FieldErrors returns what err says is wrong with each key of the request: the fields of the outermost [*Error] that
// has any. They are a copy. It returns nil where there are none, and for a nil err; ranging over that, and looking a key
// up in it, is fine.
func FieldErrors(err error) Fields {
	fields, _ := inErrors(err, func(e *Error) (Fields, bool) { return e.Fields.clone(), !e.Fields.empty() })
	return fields
}

// inErrors returns what get finds in the first Error that has it, in the order of errors.Is.
func inErrors[T any](err error, get func(*Error) (T, bool)) (T, bool) {
	return first(err, func(err error) (found T, ok bool) {
		e, is := err.(*Error)
		if as, can := err.(interface{ As(target any) bool }); can && !is {
			if offered := new(*Error); as.As(offered) {
				e = *offered
			}
		}
		if e == nil {
			return found, false
		}
		return get(e)
	})
}

// first returns what get finds in the first error of the chain that has it, in the order of errors.Is.
func first[T any](err error, get func(error) (T, bool)) (found T, ok bool) {
	for err != nil {
		if found, ok = get(err); ok {
			return found, true
		}
		switch wrapper := err.(type) {
		case interface{ Unwrap() error }:
			err = wrapper.Unwrap()
		case interface{ Unwrap() []error }:
			for _, err := range wrapper.Unwrap() {
				if found, ok = first(err, get); ok {
					return found, true
				}
			}
			return found, false
		default:
			return found, false
		}
	}
	return found, false
}
