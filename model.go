package pkerr

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pkerr/pkerr/internal/verbatim"
)

// A Response is the body of an error, key for key as the API documents it. It
// is what goes over the wire; [Error] is for handling errors. [Error.Response]
// and [Response.Err] convert between the two.
type Response struct {
	// Code is the API's own number, 0 for a plain code. The body does not
	// contain the HTTP status.
	Code int64 `json:"code"`

	// Message is the English text.
	Message string `json:"message"`

	// Errors says what is wrong with each key of the request. It is left out if
	// empty.
	Errors Fields `json:"errors,omitempty"`

	// RetryAfter is how long to wait, in milliseconds. It is left out if nil,
	// and sent if 0.
	RetryAfter *int64 `json:"retry_after,omitempty"`

	// Scope is the rate limit that was hit. It is left out if empty.
	Scope string `json:"scope,omitempty"`
}

// An ErrorObject is one thing that is wrong with one key of a request.
type ErrorObject struct {
	// Message is the English text, such as "Field name is too long."
	Message string `json:"message"`

	// ActualLength is how long the value is, and MaxLength how long it may be:
	// in UTF-16 code units, as [Length] counts, or in items for a list. Both
	// are nil if the error is not about length. For the items of
	// description_templates the API swaps the two by mistake, so do not
	// subtract one from the other.
	ActualLength *int `json:"actual_length,omitempty"`
	MaxLength    *int `json:"max_length,omitempty"`
}

// Response returns the body that is sent for e. Its message is that of e, else
// the API's own text for the code, else that of [Code.Base], else that of the
// plain code of the status, else a text such as "status 418"; it is never a
// template. The result shares nothing with e. It is the zero Response if e is
// nil.
func (e *Error) Response() Response {
	if e == nil {
		return Response{}
	}
	r := e.response()
	r.Errors = r.Errors.clone()
	if e.RetryAfter != nil {
		r.RetryAfter = new(milliseconds(*e.RetryAfter))
	}
	return r
}

// response is Response without RetryAfter, and with the fields of e themselves.
func (e *Error) response() Response {
	return Response{
		Code:    max(e.Code.Number(), 0),
		Message: e.message(),
		Errors:  e.Fields,
		Scope:   e.Scope,
	}
}

// milliseconds returns d in whole milliseconds, rounded up so that no client
// retries too early.
func milliseconds(d time.Duration) int64 {
	d = max(d, 0)
	ms := int64(d / time.Millisecond)
	if d%time.Millisecond > 0 {
		ms++
	}
	return ms
}

// Err returns the error that the body r means with the given HTTP status. It is
// never nil, and shares nothing with r. An invalid number counts as absent, and
// so does a negative RetryAfter. A RetryAfter that overflows a [time.Duration]
// becomes the longest one.
func (r Response) Err(status int) *Error {
	e := &Error{
		Code:    MakeCode(r.Code, status),
		Message: r.Message,
		Fields:  r.Errors.clone(),
		Scope:   r.Scope,
	}
	if e.Code == 0 {
		e.Code = MakeCode(0, status)
	}
	if e.Message = e.message(); e.Message == "" {
		e.Message = "status " + strconv.Itoa(status)
	}
	if r.RetryAfter != nil && *r.RetryAfter >= 0 {
		d := time.Duration(math.MaxInt64)
		if *r.RetryAfter <= int64(d/time.Millisecond) {
			d = time.Duration(*r.RetryAfter) * time.Millisecond
		}
		e.RetryAfter = &d
	}
	return e
}

// MarshalJSON returns r as the API writes it: message, code and errors, or for
// a rate limit message, retry_after, scope and code. The keys of errors are in
// byte order. Bytes that are not UTF-8 become U+FFFD. It never fails.
//
// [json.Marshal] escapes <, > and & in the result; MarshalJSON itself does not,
// like the API.
func (r Response) MarshalJSON() ([]byte, error) {
	// Room for most bodies in one allocation.
	room := 30 + len(r.Message) + 100*len(r.Errors)
	if r.RetryAfter != nil {
		room += 20
	}
	if r.Scope != "" {
		room += 12 + len(r.Scope)
	}
	b := make([]byte, 0, room)
	b = append(b, `{"message":`...)
	b = appendString(b, r.Message)
	if r.RetryAfter != nil {
		b = append(b, `,"retry_after":`...)
		b = strconv.AppendInt(b, max(*r.RetryAfter, 0), 10)
	}
	if r.Scope != "" {
		b = append(b, `,"scope":`...)
		b = appendString(b, r.Scope)
	}
	b = append(b, `,"code":`...)
	b = strconv.AppendInt(b, r.Code, 10)
	if len(r.Errors) > 0 {
		b = r.Errors.append(b)
	}
	return append(b, '}'), nil
}

func (o ErrorObject) append(b []byte) []byte {
	b = append(b, `{"message":`...)
	b = appendString(b, o.Message)
	if o.ActualLength != nil {
		b = append(b, `,"actual_length":`...)
		b = strconv.AppendInt(b, int64(*o.ActualLength), 10)
	}
	if o.MaxLength != nil {
		b = append(b, `,"max_length":`...)
		b = strconv.AppendInt(b, int64(*o.MaxLength), 10)
	}
	return append(b, '}')
}

// appendString appends s as a JSON string. It escapes what JSON requires, and
// the two line separators that older versions of JavaScript reject in strings.
// Unlike encoding/json, it does not escape for HTML, because the API does not.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := verbatim.End([]byte(s), 0); i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch r {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case utf8.RuneError:
			b = append(b, "\uFFFD"...)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
