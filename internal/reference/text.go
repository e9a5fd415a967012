package reference

import (
	"regexp"
	"strings"
)

// Text is a sentence or a few. A name in it of package pkerr, or of the standard library, stands in brackets, as in the
// comments of Go: [MemberNotFound], [errors.Is]. What goes over the wire stands in backquotes.
type Text string

// String returns the text without the brackets.
func (t Text) String() string { return t.Link(func(name string) string { return name }) }

// Link returns the text with what link makes of each name in the place of the name and its brackets.
func (t Text) Link(link func(name string) string) string {
	bracketed := regexp.MustCompile(`\[[A-Za-z][A-Za-z0-9.]*\]`)
	return bracketed.ReplaceAllStringFunc(string(t), func(s string) string { return link(s[1 : len(s)-1]) })
}

// join puts sep between those texts that are not empty.
func join(sep string, texts ...Text) Text {
	var parts []string
	for _, t := range texts {
		if t != "" {
			parts = append(parts, string(t))
		}
	}
	return Text(strings.Join(parts, sep))
}
