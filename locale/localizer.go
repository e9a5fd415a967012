package locale

import (
	"strings"

	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
)

// A Localizer says errors in one language. [For], [Match] and [New] return one; the zero value, and nil, speak English.
//
// It never changes, one is shared by all who want its language, and it is safe for concurrent use.
type Localizer struct {
	catalog *catalog // nil: English
}

// For returns the Localizer for the first of the preferences that names a language which there is a catalog for. A
// preference is a Discord locale ("pt-BR"), a BCP 47 tag ("zh-Hant-HK"), or an Accept-Language header ("da, en;q=0.8"),
// of which the most wanted language is tried first. So a bot passes the reader's locale and then that of the guild, and
// a web app the user's choice and then the header.
//
// A language is also found where another country's form of it was asked for: es-MX gives es-419, pt-PT gives pt-BR, and
// either Norwegian gives Bokmål. Another language is never chosen for it, however near: Belarusian does not give Russian.
//
// What is empty, malformed or unknown is passed over, and where nothing is left, the answer is English; it is never nil.
// Of each preference no more than 256 bytes are read, so a header may come straight from a stranger.
func For(preferences ...string) *Localizer {
	l, _ := Match(preferences...)
	return l
}

// Match is [For], and also tells whether any of the preferences named a language that there is a catalog for. Where it is
// false, the Localizer speaks English, which nobody asked for.
func Match(preferences ...string) (*Localizer, bool) {
	s := shipped()
	for _, preference := range preferences {
		if l, found := s.find(wanted(preference)); found {
			return l, true
		}
	}
	return s.localizers[0], false
}

// New does as [For] does, for those who have tags already: the first that there is a catalog for wins. Without any it speaks
// English.
func New(tags ...language.Tag) *Localizer {
	l, _ := shipped().find(tags)
	return l
}

// Languages returns the languages that there are catalogs for: English, then the others in the order of their tags. The
// slice is the caller's own.
func Languages() []language.Tag {
	localizers := shipped().localizers
	tags := make([]language.Tag, len(localizers))
	for i, l := range localizers {
		tags[i] = l.catalog.tag
	}
	return tags
}

// Language returns the language of the texts, for a Content-Language header or the attribute lang. It is that of the
// catalog, not what was asked for: es-419 for a reader from Mexico.
func (l *Localizer) Language() language.Tag { return l.start().tag }

// String returns [Localizer.Language] as a BCP 47 tag, such as "de".
func (l *Localizer) String() string { return l.Language().String() }

// start returns the catalog in which the texts are looked for first.
func (l *Localizer) start() *catalog {
	if l == nil || l.catalog == nil {
		return shipped().localizers[0].catalog
	}
	return l.catalog
}

// Message returns what to tell a person about err, in one or two sentences: what happened, and what they can do. For a
// nil err it is "".
//
// The text goes by the code of err, as [pkerr.CodeOf] finds it. It names what the error names ([pkerr.Ref]), and that of a
// rate limit says how long to wait. A code that has no text, such as one that the API adds later, gets that of the code it
// refines, else of its class: a 20011/404 says what [pkerr.NotFound] says. So does a code that names something and was
// given no name. An error without such a code gets a general text, and never its own: that is for logs, not for people.
// The API's English text stays in the Message of a [pkerr.Error].
//
// The name in the text is a stranger's. It has no control characters in it, no marks that turn the direction of
// writing, and is cut to 64 characters; but the markup of HTML or Markdown, and Discord's mentions, are the caller's to
// escape.
func (l *Localizer) Message(err error) string {
	if err == nil {
		return ""
	}
	for code := pkerr.CodeOf(err); code != 0; code = wider(code) {
		if text := l.message(code, err); text != "" {
			return text
		}
	}
	return l.start().text(textID{section: generalTexts})
}

// message returns the text for a code, filled in with what err says; "" where there is none, or it would have a hole.
func (l *Localizer) message(code pkerr.Code, err error) string {
	text := l.start().text(textID{codeTexts, code.Name()})
	switch {
	case strings.Contains(text, "{ref}"):
		ref, _ := pkerr.Ref(own(err))
		if ref = printable(ref, maxRef); ref == "" {
			return ""
		}
		return fill(text, "ref", ref)
	case strings.Contains(text, "{wait}"):
		return fill(text, "wait", l.wait(own(err)))
	}
	return text
}

// own returns what the code of err comes from, in the order of [pkerr.CodeOf], without its causes and its siblings: those can
// name things and waits of their own.
func own(err error) error {
	var e *pkerr.Error
	var code pkerr.Code
	switch as := err.(type) {
	case *pkerr.Error:
		e = as
	case interface{ As(target any) bool }:
		if !as.As(&e) && as.As(&code) && code != 0 {
			return code
		}
	}
	if e != nil && e.Code != 0 {
		return e.WithCause(nil)
	}
	var inner []error
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{u.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = u.Unwrap()
	}
	for _, err := range inner {
		if pkerr.CodeOf(err) != 0 {
			return own(err)
		}
	}
	return pkerr.CodeOf(err)
}

// wider returns the code that c is a case of: what it refines, else the class of its status; 0 for none.
func wider(c pkerr.Code) pkerr.Code {
	if base := c.Base(); base != 0 {
		return base
	}
	status := c.Status()
	for _, class := range [...]pkerr.Code{pkerr.Code(status), pkerr.Code(status / 100 * 100)} {
		if class != c && class.Name() != "" {
			return class
		}
	}
	return 0
}
