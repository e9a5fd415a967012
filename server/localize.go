package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/pkerr/pkerr"
)

// A Localizer says errors to people, in one language. A Localizer of package locale is one.
type Localizer interface {
	// Message returns what to tell a person about err, or "".
	Message(err error) string

	// Field returns what to tell a person about one error of the field with a key, or "".
	Field(key string, o pkerr.ErrorObject) string

	// String returns the language as a BCP 47 tag, for the Content-Language header.
	String() string
}

// WithLocalizer sends the text of an error in the language that the request asks for, beside the English one. With package
// locale it is
//
//	server.WithLocalizer(locale.Match)
//
// match is given the Accept-Language header. Where it returns true, the body gets the member localized_message, and so does
// every object in errors; the response gets a Content-Language header. What the API has in a body stays as it is, code and
// English text included. Where match returns false, where its Localizer has no text, and where there is no such header, the
// body is as without the option. In any case a response that this package writes says that it varies with Accept-Language.
//
// A localizer is given what is sent, without its cause. It goes by the code, so a text that was set with WithMessage is sent in
// English alone. A localizer that panics is logged, and does not stop the response. match and what it returns are called
// from the goroutines of all requests. To turn it off within another Middleware, pass
// WithLocalizer[Localizer](nil).
func WithLocalizer[L Localizer](match func(preferences ...string) (L, bool)) Option {
	return func(c *config) {
		c.localizer = nil
		if match != nil {
			c.localizer = func(acceptLanguage string) (Localizer, bool) { return match(acceptLanguage) }
		}
	}
}

// localized is a body with the texts of a localizer in it. The API has the members in this order, too: those of a rate
// limit before the code, and the errors, which that does not have, after it.
type localized struct {
	Message          string                       `json:"message"`
	LocalizedMessage string                       `json:"localized_message,omitempty"`
	RetryAfter       *int64                       `json:"retry_after,omitempty"`
	Scope            string                       `json:"scope,omitempty"`
	Code             int64                        `json:"code"`
	Errors           map[string][]localizedObject `json:"errors,omitempty"`
}

type localizedObject struct {
	Message          string `json:"message"`
	LocalizedMessage string `json:"localized_message,omitempty"`
	ActualLength     *int   `json:"actual_length,omitempty"`
	MaxLength        *int   `json:"max_length,omitempty"`
}

// localize returns the body for e in the language that r asks for, and sets the headers that go with it. It returns false
// where e is to be sent in English alone.
func (c *config) localize(h http.Header, r *http.Request, e *pkerr.Error) (body []byte, ok bool) {
	if c.localizer == nil {
		return nil, false
	}
	vary(h, "Accept-Language")
	wanted := acceptLanguage(r.Header)
	if wanted == "" {
		return nil, false
	}
	defer func() {
		if v := recover(); v != nil {
			c.log(r, slog.LevelError, "localizer panicked", 0, panicError(v), debug.Stack())
		}
	}()
	l, found := c.localizer(wanted)
	if !found {
		return nil, false
	}
	e = e.WithCause(nil) // which is never sent, and can name things and waits of its own
	out := e.Response()
	texts := localized{
		Message: out.Message, LocalizedMessage: l.Message(e), RetryAfter: out.RetryAfter, Scope: out.Scope, Code: out.Code,
		Errors: make(map[string][]localizedObject, len(out.Errors)),
	}
	for key, objects := range out.Errors {
		for _, o := range objects {
			texts.Errors[key] = append(texts.Errors[key], localizedObject{o.Message, l.Field(key, o), o.ActualLength, o.MaxLength})
		}
	}
	language := l.String()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // as the API does not
	if err := encoder.Encode(texts); err != nil || texts.none() {
		return nil, false
	}
	if language != "" {
		h.Set("Content-Language", language)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), true
}

// none tells whether the localizer had no text at all.
func (b *localized) none() bool {
	for _, objects := range b.Errors {
		if slices.ContainsFunc(objects, func(o localizedObject) bool { return o.LocalizedMessage != "" }) {
			return false
		}
	}
	return b.LocalizedMessage == ""
}

// acceptLanguage returns the header, the lines of which are one list, as far as anybody reads it.
func acceptLanguage(h http.Header) string {
	const enough = 1024
	lines := h.Values("Accept-Language")
	if len(lines) == 1 {
		return lines[0]
	}
	var b strings.Builder
	for _, line := range lines {
		if b.Len()+len(line) > enough {
			break
		}
		b.WriteString(line + ",")
	}
	return b.String()
}

// vary says that the response depends on a header of the request.
func vary(h http.Header, name string) {
	for _, line := range h.Values("Vary") {
		for field := range strings.SplitSeq(line, ",") {
			if field = strings.TrimSpace(field); field == "*" || strings.EqualFold(field, name) {
				return
			}
		}
	}
	h.Add("Vary", name)
}
