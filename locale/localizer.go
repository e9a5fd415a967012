package locale

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
)

// A Localizer returns texts about errors in one language. Most callers need
// only [For], to get one, and [Localizer.Message].
//
// The zero value and a nil Localizer use English. A Localizer is immutable and
// safe for concurrent use.
type Localizer struct {
	catalog *catalog // nil: English
}

// For returns the Localizer for the first preference that names a language with
// a catalog. A preference is one of
//
//   - a Discord locale ("pt-BR"),
//   - a BCP 47 tag ("zh-Hant-HK"),
//   - an Accept-Language header ("da, en;q=0.8"), read by descending weight,
//   - a POSIX locale ("de_DE.UTF-8"), of which "C" and "POSIX" mean English.
//
// A bot passes the user's locale and then the guild's. A web app passes the
// user's choice and then the header. A command passes LC_ALL, LC_MESSAGES and
// LANG.
//
// A regional form that has no catalog gets another form of the same language:
// es-MX gets es-419, pt-PT gets pt-BR, and nn gets nb. It never gets a related
// language: Belarusian does not get Russian.
//
// Preferences that are empty, malformed or unknown are skipped. If none is
// left, the language is English; For never returns nil. At most 256 bytes of
// each preference are read, so an untrusted header is safe to pass.
func For(preferences ...string) *Localizer {
	l, _ := Match(preferences...)
	return l
}

// Match is like [For], but also reports whether a preference named a language
// with a catalog. If none did, the Localizer uses English.
func Match(preferences ...string) (*Localizer, bool) {
	all := embedded()
	for _, preference := range preferences {
		if l, ok := all.match(preferredTags(preference)); ok {
			return l, true
		}
	}
	return all.localizers[0], false
}

// New is like [For], but takes tags: it returns the Localizer for the first tag
// with a catalog, or the English one if none has a catalog.
func New(tags ...language.Tag) *Localizer {
	l, _ := embedded().match(tags)
	return l
}

// Languages returns the languages that have a catalog: English, then the others
// in the order of their tags. The caller may change the slice.
func Languages() []language.Tag {
	localizers := embedded().localizers
	tags := make([]language.Tag, len(localizers))
	for i, l := range localizers {
		tags[i] = l.catalog.tag
	}
	return tags
}

// Language returns the language of the texts, for a Content-Language header or
// a lang attribute. It is the language of the catalog, not the preferred one: a
// user who prefers es-MX gets es-419.
func (l *Localizer) Language() language.Tag { return l.orEnglish().tag }

// String returns [Localizer.Language] as a BCP 47 tag, such as "de".
func (l *Localizer) String() string { return l.Language().String() }

// orEnglish returns the catalog of l, or the English one if l is nil or zero.
func (l *Localizer) orEnglish() *catalog {
	if l == nil || l.catalog == nil {
		return embedded().localizers[0].catalog
	}
	return l.catalog
}

// Message returns what to tell the user about err in a few short sentences:
// what happened, and what to do. It returns "" for a nil err.
//
// The text is that of err's code, as [pkerr.CodeOf] returns it, or else of the
// most specific code that err matches by [errors.Is]. It contains the name that
// [pkerr.Ref] returns and, for a rate limit, how long to wait.
//
// A code without a text gets the text of the code that it refines, or of its
// class: a 404 with an unknown number gets the text of [pkerr.NotFound]. The
// same applies if the text needs a name and err has none.
//
// An error with [pkerr.ActionVerify] gets the text of
// [pkerr.InternalServerError], which asks the user to check whether a change
// was saved. So does a timeout or a failed connection, unless a [url.Error]
// says that the request was not a write. Any other error gets a general text.
// The text of err itself is never used.
//
// A name is untrusted text. It is stripped of control characters and of marks
// that change the direction of writing, and cut to 64 characters. The caller
// must escape HTML, Markdown and Discord's mentions.
func (l *Localizer) Message(err error) string {
	if err == nil {
		return ""
	}
	code, source := pkerr.CodeOf(err), err
	if code != 0 {
		source = codeSource(err)
	} else {
		code = matchingCode(err)
	}
	if pkerr.ActionOf(err) == pkerr.ActionVerify {
		code = pkerr.InternalServerError // whatever the code of err
	}
	c := l.orEnglish()
	text := c.message(code, source)
	if text == "" && c.english != nil {
		text = c.english.message(code, source)
	}
	return text
}

// matchingCode returns the most specific code that err matches, for an err that
// has no code itself. If err matches none, it returns InternalServerError for a
// request that may have been carried out, and otherwise 0.
func matchingCode(err error) (code pkerr.Code) {
	for c := range pkerr.Codes() { // a code comes after the codes that it refines
		if errors.Is(err, c) {
			code = c
		}
	}
	if code == 0 && isUnanswered(err) {
		code = pkerr.InternalServerError
	}
	return code
}

// isUnanswered reports whether err may come from a write that the server
// carried out without the answer arriving.
func isUnanswered(err error) bool {
	if e, ok := errors.AsType[*url.Error](err); ok { // from an http.Client
		switch e.Op {
		case "Post", "Put", "Patch", "Delete":
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && e.Timeout()
}

// message returns the text for a code in the language of c, with the details of
// source filled in. It returns "" if c has neither a text for the code or its
// classes nor a general one.
func (c *catalog) message(code pkerr.Code, source error) string {
	for ; code != 0; code = broader(code) {
		text := c.text(textID{codeSection, code.Name()})
		switch {
		case strings.Contains(text, "{ref}"):
			ref, _ := pkerr.Ref(source)
			if ref = printable(ref, maxRef); ref == "" {
				continue
			}
			return fill(text, "ref", ref)
		case strings.Contains(text, "{wait}"):
			return fill(text, "wait", c.wait(source))
		case text != "":
			return text
		}
	}
	return c.text(textID{section: generalSection})
}

// codeSource returns the part of err that its code comes from, searching in the
// order of [pkerr.CodeOf]. It leaves out causes and siblings, because they can
// have other names and waits.
func codeSource(err error) error {
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
			return codeSource(err)
		}
	}
	return pkerr.CodeOf(err)
}

// broader returns the next broader code: the code that c refines, its class, or
// the x00 code of its class. It returns 0 if there is none.
func broader(c pkerr.Code) pkerr.Code {
	for _, code := range [...]pkerr.Code{c.Base(), c.Class(), pkerr.Code(c.Status() / 100 * 100)} {
		if code != 0 && code != c {
			return code
		}
	}
	return 0
}
