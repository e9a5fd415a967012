package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/pkerr/pkerr"
)

// A Localizer puts errors into words for people, in one language. A Localizer
// of package locale is one.
type Localizer interface {
	// Message returns what to tell a person about err, or "".
	Message(err error) string

	// Field returns what to tell a person about one error of the field with a
	// key, or "".
	Field(key string, o pkerr.ErrorObject) string

	// String returns the language as a BCP 47 tag, for the Content-Language
	// header.
	String() string
}

// WithLocalizer adds the text of an error in the language that the request asks
// for to the English one. With package locale it is
//
//	server.WithLocalizer(locale.Match)
//
// match is given the Accept-Language header: its lines joined by commas, and at
// most the first 1024 bytes of it, cut at a comma. If it returns true, the body
// gets the key localized_message, and so does every object in errors; the
// response gets a Content-Language header. Everything else in the body stays as
// it is. If match returns false, if its Localizer has no text, or if there is
// no such header, the body is as without the option. Every response says that
// it varies with Accept-Language.
//
// A Localizer is given what is sent, without its cause. It goes by the code, so
// a text that was set with WithMessage is sent in English only. One that panics
// is logged and does not stop the response. match and what it returns must be
// safe for concurrent use. To turn it off within another Middleware, pass
// WithLocalizer[Localizer](nil).
func WithLocalizer[L Localizer](match func(preferences ...string) (L, bool)) Option {
	return func(c *config) {
		c.localizer = nil
		if match != nil {
			c.localizer = func(acceptLanguage string) (Localizer, bool) { return match(acceptLanguage) }
		}
	}
}

// localized is a body with the texts of a Localizer in it. Its keys are in the
// order of the API, for rate limits and for errors of fields alike.
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

// localize returns the body for e in the language that r asks for, and adds its
// headers to h. It returns false if e is to be sent in English only.
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
	sent := e.WithCause(nil) // the cause could name things and waits of its own
	out := sent.Response()
	texts := localized{
		Message: out.Message, LocalizedMessage: l.Message(sent),
		RetryAfter: out.RetryAfter, Scope: out.Scope, Code: out.Code,
		Errors: make(map[string][]localizedObject, len(out.Errors)),
	}
	for key, objects := range out.Errors {
		for _, o := range objects {
			object := localizedObject{o.Message, l.Field(key, o), o.ActualLength, o.MaxLength}
			texts.Errors[key] = append(texts.Errors[key], object)
		}
	}
	language := l.String()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // as the API does not
	if err := encoder.Encode(texts); err != nil || texts.empty() {
		return nil, false
	}
	if language != "" {
		h.Set("Content-Language", language)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), true
}

// empty reports whether the Localizer had no text at all.
func (b *localized) empty() bool {
	for _, objects := range b.Errors {
		for _, o := range objects {
			if o.LocalizedMessage != "" {
				return false
			}
		}
	}
	return b.LocalizedMessage == ""
}

// acceptLanguage returns the Accept-Language header, the lines of which are one
// list, cut to a limit at a comma.
func acceptLanguage(h http.Header) string {
	const limit = 1024
	var list string
	switch lines := h["Accept-Language"]; len(lines) {
	case 0:
	case 1:
		list = lines[0]
	default:
		var b strings.Builder
		for _, line := range lines {
			if b.Len() > limit {
				break
			}
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			b.WriteString(line[:min(len(line), limit+1)])
		}
		list = b.String()
	}
	if len(list) <= limit {
		return list
	}
	return list[:max(strings.LastIndexByte(list[:limit+1], ','), 0)]
}

// vary adds to the response that it depends on a header of the request.
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
