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

// A Localizer returns texts about errors for users in one language. A
// *Localizer of package locale is one.
type Localizer interface {
	// Message returns what to tell the user about err, or "".
	Message(err error) string

	// Field returns what to tell the user about one error of the field with
	// this key, or "".
	Field(key string, o pkerr.ErrorObject) string

	// String returns the language as a BCP 47 tag, for the Content-Language
	// header.
	String() string
}

// WithLocalizer adds a text in the language that the request asks for to the
// English one. With package locale it is
//
//	server.WithLocalizer(locale.Match)
//
// match is called with the Accept-Language header: its lines joined by commas,
// and at most the first 1024 bytes of it, cut at a comma. If it returns true,
// the body and every object in errors get the key localized_message, and the
// response gets a Content-Language header. The rest of the body does not
// change. If match returns false, the Localizer has no text, or there is no
// such header, the body is the same as without the option. Every error response
// gets a Vary header with Accept-Language.
//
// The Localizer gets the error that is sent, without its cause. One of package
// locale goes by the code, so it does not translate a text that was set with
// WithMessage. If the Localizer panics, that is logged and the English response
// is sent. match and the Localizer must be safe for concurrent use. To turn off
// an outer Middleware's Localizer, pass WithLocalizer[Localizer](nil).
func WithLocalizer[L Localizer](match func(preferences ...string) (L, bool)) Option {
	return func(c *config) {
		c.localizer = nil
		if match != nil {
			c.localizer = func(acceptLanguage string) (Localizer, bool) {
				return match(acceptLanguage)
			}
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
	sent := e.WithCause(nil) // the cause can have references and waits of its own
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

// acceptLanguage returns the lines of the Accept-Language header as one list,
// cut to a limit at a comma.
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

// vary adds a header of the request to the Vary header, unless it is there.
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
