package reference

import "regexp"

// Text is one or more sentences. Names of package pkerr or of the standard
// library are in brackets, as in doc comments: [MemberNotFound], [errors.Is].
// Text that is sent over the wire is in backquotes.
type Text string

// String returns the text without the brackets.
func (t Text) String() string { return t.Link(func(name string) string { return name }) }

// MarshalText returns what String returns.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Link returns the text with each name and its brackets replaced by what link
// returns for the name.
func (t Text) Link(link func(name string) string) string {
	bracketed := regexp.MustCompile(`\[[A-Za-z][A-Za-z0-9.]*\]`)
	return bracketed.ReplaceAllStringFunc(string(t), func(s string) string {
		return link(s[1 : len(s)-1])
	})
}
