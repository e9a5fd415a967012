package client

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
)

// What is printed at most, in bytes, of a text that came from outside.
const printedText = 200

// ResponseError is a response that was no success: all that it said. It wraps a [*pkerr.Error], so that [errors.Is] and the
// functions of package pkerr see the code, the text and the fields. [Check] and [Decode] make it.
//
// It has no header, no query string and no password of the request, so that logging it leaks none. As JSON it is its fields
// alone: to store one, keep Status and Body, and give them to [Decode] again. All methods are safe on nil and on the zero value,
// and for concurrent use as long as nobody assigns to the fields.
type ResponseError struct {
	// Status is the HTTP status, whatever it was.
	Status int

	// Method and Path are those of the request, without host and query; of the last one, where redirects were followed.
	// Both are empty from [Decode].
	Method string
	Path   string

	// Header is the header of the response, as it came. It is never printed or
	// logged. RateLimit and RequestID read what callers need most.
	Header http.Header

	// Body is the body as it came, up to the limit of [Check].
	Body []byte

	// Truncated tells that the body went on after that, or that reading it failed.
	Truncated bool

	err *pkerr.Error
}

// setRequest says what of the request may be known. req may be nil.
func (e *ResponseError) setRequest(req *http.Request) {
	if req == nil {
		return
	}
	e.Method = cmp.Or(req.Method, http.MethodGet)
	if req.URL != nil {
		e.Path = req.URL.Path
	}
}

// Unwrap returns the [*pkerr.Error] that the response means. For a ResponseError that was not made by this package it is the
// plain code of its status, or nil where there is none.
func (e *ResponseError) Unwrap() error {
	switch {
	case e == nil:
		return nil
	case e.err != nil:
		return e.err
	}
	if code := pkerr.MakeCode(0, e.Status); code != 0 {
		return code
	}
	return nil
}

// Remote is always true. It tells package server that this is what another server said, which is not to be sent on as our
// own.
func (e *ResponseError) Remote() bool { return true }

// Error returns the request and what came of it in one line for logs, such as
// "GET /v2/members/abcde: 20002/404: Member not found." It is bounded, and what is not printable is escaped.
func (e *ResponseError) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b []byte
	if e.Method != "" || e.Path != "" {
		b = oneline.Append(b, e.Method, printedText)
		b = append(b, ' ')
		b = oneline.Append(b, e.Path, printedText)
		b = append(b, ": "...)
	}
	none := fmt.Sprintf("status %d", e.Status)
	switch err := e.Unwrap(); {
	case err == nil:
		b = append(b, none...)
	case pkerr.CodeOf(err) == 0:
		// There is no code with such a status, which is to be told all the same.
		text := strings.TrimPrefix(err.Error(), pkerr.Code(0).String()+": ")
		b = append(b, none+strings.TrimSuffix(": "+text, ": "+none)...)
	default:
		b = append(b, err.Error()...)
	}
	if e.RequestID() != "" {
		b = append(b, " (request "...)
		b = oneline.Append(b, e.RequestID(), printedText)
		b = append(b, ')')
	}
	return string(b)
}

// Format prints [ResponseError.Error] with %v and %s, in quotes with %q, in hexadecimal with %x and %X, and for %#v what e is
// made of, but for the body. Another verb is reported as a mistake, as package fmt does. All of them are one line.
func (e *ResponseError) Format(f fmt.State, verb rune) { oneline.Format(f, verb, e, e.goString) }

func (e *ResponseError) goString() string {
	if e == nil {
		return "(*client.ResponseError)(nil)"
	}
	text := func(s string) string { return oneline.Text(s, printedText) }
	return fmt.Sprintf("&client.ResponseError{Status: %d, Method: %q, Path: %q, RequestID: %q, Body: %d bytes, err: %#v}",
		e.Status, text(e.Method), text(e.Path), text(e.RequestID()), len(e.Body), e.Unwrap())
}

// LogValue logs e as a group: status, where they are known method, path, request_id and rate_limit, and as error what it wraps.
// The body is not logged.
func (e *ResponseError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	attrs := []slog.Attr{slog.Int("status", e.Status)}
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, oneline.Text(value, printedText)))
		}
	}
	text("method", e.Method)
	text("path", e.Path)
	text("request_id", e.RequestID())
	if l, ok := e.RateLimit(); ok {
		attrs = append(attrs, slog.Group("rate_limit",
			slog.Int("limit", l.Limit), slog.Int("remaining", l.Remaining), slog.String("scope", oneline.Text(l.Scope, printedText))))
	}
	if err := e.Unwrap(); err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	return slog.GroupValue(attrs...)
}

// RequestID returns what the edge in front of the API calls this request: the
// Fly-Request-Id header, else Cf-Ray, else X-Request-Id. It returns "" if there
// is none.
func (e *ResponseError) RequestID() string {
	if e == nil {
		return ""
	}
	return requestID(e.Header)
}

// RateLimit returns what the headers say of the rate limit. It returns false if
// there are no such headers, as on everything that the API answers before it
// counts: a 401 on @me, an unknown ID, an unknown route.
func (e *ResponseError) RateLimit() (RateLimit, bool) {
	if e == nil {
		return RateLimit{}, false
	}
	return parseRateLimit(e.Header)
}
