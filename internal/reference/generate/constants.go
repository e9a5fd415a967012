package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/pkerr/pkerr/internal/reference"
)

//go:embed codes.go.tmpl
var constantsLayout string

// renderConstants returns the file codes.go.
func renderConstants(groups iter.Seq[reference.Group]) ([]byte, error) {
	t, err := template.New("codes.go").Funcs(template.FuncMap{
		"comment":  comment,
		"constant": constant,
		"doc":      doc,
		"literal":  literal,
		"names":    names,
	}).Parse(constantsLayout)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, blocks(groups)); err != nil {
		return nil, err
	}
	return format.Source(out.Bytes())
}

// block is a block of constants.
type block struct {
	Doc   reference.Text
	Codes []*reference.Entry
}

func blocks(groups iter.Seq[reference.Group]) (all []block) {
	for g := range groups {
		all = append(all, block{g.Doc, pointers(slices.Values(g.Codes))})
	}
	return all
}

// doc returns the comment on a constant, in paragraphs.
func doc(e *reference.Entry) reference.Text {
	meaning := reference.Text(e.Name + " means that " + clause(string(e.Meaning)))
	message := reference.Text("Its message is \"" + e.Message + "\"" + stop(e.Message))
	first := join(" ", meaning, e.Cause, e.Advice, e.Kin())
	return join("\n\n", first, join(" ", e.Notes...), message)
}

// clause returns a sentence as a clause to follow "means that". It lowers the
// first letter unless the sentence begins with a name.
func clause(sentence string) string {
	if strings.HasPrefix(sentence, "PluralKit ") {
		return sentence
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// stop returns the full stop after a quotation, or "" if the quotation ends
// with one.
func stop(quoted string) string {
	if strings.HasSuffix(quoted, ".") {
		return ""
	}
	return "."
}

// join puts sep between the texts that are not empty.
func join(sep string, texts ...reference.Text) reference.Text {
	var parts []string
	for _, t := range texts {
		if t != "" {
			parts = append(parts, string(t))
		}
	}
	return reference.Text(strings.Join(parts, sep))
}

// comment returns a text as a Go comment that is at most 80 columns wide if it
// is indented by this many columns.
func comment(indent int, text reference.Text) string {
	const width = 80
	var out strings.Builder
	for i, paragraph := range strings.Split(string(text), "\n\n") {
		if i > 0 {
			out.WriteString("\n//")
		}
		column := width // so that the first word begins a line
		for word := range strings.FieldsSeq(paragraph) {
			length := utf8.RuneCountInString(word)
			if column+1+length > width {
				if out.Len() > 0 {
					out.WriteByte('\n')
				}
				out.WriteString("//")
				column = indent + len("//")
			}
			out.WriteString(" " + word)
			column += 1 + length
		}
	}
	return out.String()
}

// literal returns a code as in the source of a constant: 20003_404.
func literal(c reference.Code) string {
	if c.Number() == 0 {
		return strconv.Itoa(c.Status())
	}
	return fmt.Sprintf("%d_%03d", c.Number(), c.Status())
}

// constant returns the name of an action in package pkerr: ActionCheckRef.
func constant(a reference.Action) string {
	words := strings.Split(string(a), "_")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return "Action" + strings.Join(words, "")
}

// names reports whether the message of a code contains a reference.
func names(e *reference.Entry) bool { return strings.Contains(e.Message, "{") }
