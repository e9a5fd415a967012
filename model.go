package pkerr

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pkerr/pkerr/internal/verbatim"
)

// Response is the body of an error, key for key as the API documents it. It is what goes over the wire; for handling
// errors there is [Error]. [Error.Response] and [Response.Err] go between the two.
type Response struct {
	// Code is the API's own number, 0 for a plain code. The HTTP status is not part of the body.
	Code int64 `json:"code"`

	// Message is the English text.
	Message string `json:"message"`

	// Errors tells what is wrong with which key of the request. It is left out where it is empty.
	Errors Fields `json:"errors,omitempty"`

	// RetryAfter is how long to wait, in milliseconds. It is left out where it is nil, and sent where it is 0.
	RetryAfter *int64 `json:"retry_after,omitempty"`

	// Scope names the rate limit that was hit. It is left out where it is empty.
	Scope string `json:"scope,omitempty"`
}

// ErrorObject is one thing that is wrong with one key of a request.
type ErrorObject struct {
	// Message is the English text, such as "Field name is too long."
	Message string `json:"message"`

	// MaxLength is how long the value may be, and ActualLength how long it is: in UTF-16 code units, as [Length] counts
	// them, or in items, of a list. Both are nil where the error is not about length. (For the items of
	// description_templates the API has the two swapped, so do not subtract one from the other.)
	MaxLength    *int `json:"max_length,omitempty"`
	ActualLength *int `json:"actual_length,omitempty"`
}

// Response returns the body that is sent for e. The message is that of e, else the API's own text for the code, and
// never one in which a reference is not filled in: that gives way to the text of [Code.Base]. RetryAfter is in
// milliseconds, rounded up, and never negative. Nothing is shared with e. For nil it is the zero Response.
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

// response is Response with the fields of e themselves, and without RetryAfter.
func (e *Error) response() Response {
	return Response{Code: max(e.Code.Number(), 0), Message: e.message(), Errors: e.Fields, Scope: e.Scope}
}

// milliseconds returns d in whole milliseconds, rounded up so that nobody comes back too early.
func milliseconds(d time.Duration) int64 {
	d = max(d, 0)
	ms := int64(d / time.Millisecond)
	if d%time.Millisecond > 0 {
		ms++
	}
	return ms
}

// Err returns the error that the body r means with the given HTTP status. It is never nil. A number that no code can have
// counts as absent, so that the status alone tells the code, and a negative RetryAfter too; a RetryAfter beyond what a
// [time.Duration] can hold is the longest there is. Nothing is shared with r.
func (r Response) Err(status int) *Error {
	e := &Error{Code: MakeCode(r.Code, status), Message: r.Message, Fields: r.Errors.clone(), Scope: r.Scope}
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

// MarshalJSON writes r as the API does: message, code and errors; or, of a rate limit, message, retry_after, scope and code.
// The keys of errors are sorted. Bytes that are not UTF-8 become U+FFFD. It never fails.
//
// [json.Marshal] escapes <, > and & in what this returns; called directly, it does not, as the API does not.
func (r Response) MarshalJSON() ([]byte, error) {
	// Room for what most bodies are made of, so that these take one allocation.
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

// MarshalJSON writes o as the API does: message, actual_length, max_length, without those that are nil. It never fails.
func (o ErrorObject) MarshalJSON() ([]byte, error) { return o.append(nil), nil }

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

// appendString appends s as a JSON string. It escapes what JSON demands, and the two line separators that JavaScript
// stumbles over; unlike encoding/json it never escapes for HTML, as the API does not.
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
