// Package pkerr provides typed errors for PluralKit's HTTP API, for both of its
// sides: servers that emit them, and the bots and apps that handle them.
//
// A [Code] identifies an error. Each constant of this package is itself an
// error, matched with [errors.Is]:
//
//	errors.Is(err, pkerr.MemberNotFound) // or the code that refines it
//	errors.Is(err, pkerr.NotFound)       // any 404, known or not
//
// [ActionOf] says what a caller should do about an error:
//
//	switch pkerr.ActionOf(err) {
//	case pkerr.ActionTreatAsSuccess:
//		return nil
//	case pkerr.ActionRespectPrivacy:
//		return showPrivate()
//	}
//
// An [Error] adds the rest of what the API says: the message, what is wrong
// with each field, and how long to wait. It is built from a code, and every
// step returns a new error:
//
//	pkerr.MemberNotFound.WithRef("abcde")
//	pkerr.TooManyRequests.WithRetryAfter(wait).WithScope("generic_get")
//	pkerr.InternalServerError.WithCause(err) // for logs; it is never sent
//
// [Fields] collects what is wrong with a request, key by key. [Response] and
// [ErrorObject] are the two models of the wire format that the API documents.
// [CodeOf], [Ref], [RetryAfter] and [FieldErrors] read an error, however deeply
// it is wrapped, and [LogValue] logs it.
//
// Package client turns responses into these errors, package server turns these
// errors into responses, package locale translates them for users, and package
// pkerrtest is a fake API for tests. This package does not use net/http.
//
// A Code is immutable, and the methods of an Error never modify it. Both are
// safe for concurrent use, unless the fields of a shared Error are assigned to.
package pkerr

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr/internal/oneline"
)

// An Error is an error of the API with all its details. Build one from a
// [Code], for example with [Code.WithRef].
//
// It matches what its code matches, as described at [Code.Is], and what its
// cause matches. Its methods are safe to call on nil and on the zero value.
type Error struct {
	// Code identifies the error.
	Code Code

	// Message is the English text, as it was sent or is to be sent. If it is
	// empty, the code's own text is sent. Text from a server can have any
	// length and contain any characters; Error.Error is safe to print.
	Message string

	// Fields says what is wrong with each key of the request; see [ModelParse].
	Fields Fields

	// RetryAfter is how long the client is asked to wait. It is nil if the API
	// did not say; the API also sends 0.
	RetryAfter *time.Duration

	// Scope is the rate limit that was hit, such as "generic_get".
	Scope string

	cause error // for errors.Is and logs, never sent
}

// copy returns a deep copy of e, except for its cause.
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

// WithRef returns a copy of e that names the member or group that the caller
// asked for, as [Code.WithRef] does. It replaces the message.
func (e *Error) WithRef(ref string) *Error {
	c := e.copy()
	if code, before, after, ok := c.Code.refForm(); ok {
		c.Code = code
		c.Message = before + ref + after
	}
	return c
}

// WithMessage returns a copy of e with the given message. If message is empty,
// the code's own text is used.
func (e *Error) WithMessage(message string) *Error {
	c := e.copy()
	c.Message = message
	return c
}

// WithFields returns a copy of e with a copy of fields instead of its own. It
// does not change the code.
func (e *Error) WithFields(fields Fields) *Error {
	c := e.copy()
	c.Fields = fields.clone()
	return c
}

// WithRetryAfter returns a copy of e that tells the client to wait for d. It is
// sent in whole milliseconds, rounded up. A negative d counts as 0.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	c := e.copy()
	c.RetryAfter = new(max(d, 0))
	return c
}

// WithScope returns a copy of e that names the rate limit that was hit, such as
// "generic_get".
func (e *Error) WithScope(scope string) *Error {
	c := e.copy()
	c.Scope = scope
	return c
}

// WithCause returns a copy of e with the given cause. The cause is for
// [errors.Is], [errors.As] and logs; it is never sent.
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

// Is reports whether the code of e counts as target, as [Code.Is] does. It does
// not look at the cause; [errors.Is] does.
func (e *Error) Is(target error) bool {
	return e != nil && e.Code.Is(target)
}

// As sets target to the code of e if target is a *[Code], so that [errors.As]
// and [errors.AsType] find the code. It returns false if e has no code.
func (e *Error) As(target any) bool {
	code, ok := target.(*Code)
	if !ok || code == nil || e == nil || e.Code == 0 {
		return false
	}
	*code = e.Code
	return true
}

// message returns the text that is sent for e: its own or else its code's, but
// never a template.
func (e *Error) message() string {
	if e.Message != "" && !isTemplate(e.Message) {
		return e.Message
	}
	return e.Code.text()
}

// What Error.Error prints at most: bytes of a message and of a key, and the
// number of fields.
const (
	printedMessage = 300
	printedKey     = 60
	printedFields  = 4
)

// Error describes e and its cause in one line for logs, such as "20002/404:
// Member not found." The line is bounded in length, and unprintable characters
// are escaped. Do not send it to clients; [Error.MarshalJSON] returns what may
// be sent.
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
		// The API's own texts for plain codes begin with the status. Others may
		// not.
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
		b = fmt.Appendf(b, " (scope %s, retry after %v)",
			oneline.Text(e.Scope, printedKey), *e.RetryAfter)
	case e.Scope != "":
		b = fmt.Appendf(b, " (scope %s)", oneline.Text(e.Scope, printedKey))
	case e.RetryAfter != nil:
		b = fmt.Appendf(b, " (retry after %v)", *e.RetryAfter)
	}
	if e.cause != nil {
		// Sprint recovers if the cause panics.
		b = oneline.Append(append(b, ": "...), fmt.Sprint(e.cause), printedMessage)
	}
	return string(b)
}

// Format prints what [Error.Error] returns for every verb, quoted for %q and in
// hexadecimal for %x and %X. For %#v it prints the fields of e.
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

// MarshalJSON returns the body that the API sends for e, that of
// [Error.Response]. The cause is left out. A nil e is encoded as null. It never
// fails.
//
// [json.Marshal] escapes <, > and & in the result; MarshalJSON itself does not,
// like the API.
//
// The body does not contain the status, so an Error cannot be unmarshaled.
// Unmarshal a [Response], and call [Response.Err].
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

// CodeOf returns the first nonzero code in the chain of err, in the order of
// [errors.Is]: that of a [Code], an [*Error], or an error whose As method
// provides a Code. It supports wrapped errors, and returns 0 if there is no
// code or err is nil. Use it to switch on exact codes; errors.Is also matches
// classes.
func CodeOf(err error) Code {
	code, _ := first(err, func(err error) (Code, bool) {
		code := codeIn(err)
		return code, code != 0
	})
	return code
}

// codeIn returns the code of err itself, or the one that its As method
// provides. It returns 0 if there is none.
func codeIn(err error) Code {
	switch err := err.(type) {
	case Code:
		return err
	case *Code:
		if err != nil {
			return *err
		}
	case *Error:
		if err != nil {
			return err.Code
		}
	case interface{ As(target any) bool }:
		if offered := new(Code); err.As(offered) {
			return *offered
		}
	}
	return 0
}

// Ref returns the reference that err names, as the caller wrote it: "abcde" for
// "Member 'abcde' not found." It supports wrapped errors, and returns false if
// err names nothing or is nil. The reference is untrusted text.
func Ref(err error) (string, bool) {
	return inErrors(err, func(e *Error) (string, bool) {
		code, before, after, ok := e.Code.refForm()
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

// RetryAfter returns how long err asks the caller to wait. It supports wrapped
// errors, and returns false if err does not say or is nil. The duration is
// never negative; it can be 0.
//
// Do not sleep for just this long: a client that does can be refused forever.
// RetryDelay in package client returns how long to wait before a retry.
func RetryAfter(err error) (time.Duration, bool) {
	return inErrors(err, func(e *Error) (time.Duration, bool) {
		if e.RetryAfter == nil {
			return 0, false
		}
		return max(*e.RetryAfter, 0), true
	})
}

// FieldErrors returns a copy of the fields of err: what is wrong with each key
// of the request. It supports wrapped errors, and returns nil if err has no
// fields or is nil.
func FieldErrors(err error) Fields {
	fields, _ := inErrors(err, func(e *Error) (Fields, bool) {
		return e.Fields.clone(), !e.Fields.empty()
	})
	return fields
}

// inErrors returns the first result of get for an Error in the chain of err, in
// the order of errors.Is.
func inErrors[T any](err error, get func(*Error) (T, bool)) (T, bool) {
	return first(err, func(err error) (found T, ok bool) {
		if e := errorIn(err); e != nil {
			return get(e)
		}
		return found, false
	})
}

// errorIn returns err itself if it is an Error, or the Error that its As method
// provides. It returns nil if there is none, and for a Code, which has no
// details.
func errorIn(err error) *Error {
	switch err := err.(type) {
	case *Error:
		return err
	case Code, *Code:
	case interface{ As(target any) bool }:
		if offered := new(*Error); err.As(offered) {
			return *offered
		}
	}
	return nil
}

// first returns the first result of get in the chain of err, in the order of
// errors.Is.
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
