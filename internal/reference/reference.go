// Package reference holds everything that is known about the errors of the API:
// what each code means, whether it is sent today, by which endpoints, and what
// to do about it; the responses that have no code; and the rate limits.
//
// It is one table, in the JSON files beside this one, and the only source of
// the codes. The constants of package pkerr, their comments and docs/errors.md
// are generated from it, so this package does not import pkerr.
//
// The files are parsed on first use. The caller may modify what the functions
// return, and all of them are safe for concurrent use.
package reference

//go:generate go run ./generate ../..
//go:generate go test ../../cmd/pkerr -run ^TestBinary_Golden$ -update

import (
	"iter"
	"slices"
	"strings"
)

// Group is a part of the table: a block of constants, and a section of
// docs/errors.md.
type Group struct {
	// Title is the heading of the section, and Doc the comment on the block.
	Title string `json:"title"`
	Doc   Text   `json:"doc"`

	Codes []Entry `json:"codes"`
}

// Entry is a row of the table: what is known about one code.
type Entry struct {
	Code Code `json:"code"`

	// Name is the name of the constant, and Message what the API sends. If the
	// message contains a reference, it is a template, such as "Member
	// '{memberRef}' not found."
	Name    string `json:"name"`
	Message string `json:"message"`

	// Base is the name of the code that this one refines.
	Base string `json:"base"`

	// Page is the meaning that the API's own page gives the code. It is empty
	// if the page does not list the code. An ellipsis stands for unknown words.
	Page string `json:"page"`

	// Meaning is what the code means, in one short sentence. Cause says more
	// about when the API sends it, or why it does not.
	Meaning Text `json:"meaning"`
	Cause   Text `json:"cause"`

	// Action is what a caller should do about it, and Advice says the same in
	// more detail.
	Action Action `json:"action"`
	Advice Text   `json:"advice"`

	// Notes are what else a caller should know. Details are further notes that
	// are left out of the comment on the constant.
	Notes   []Text `json:"notes"`
	Details []Text `json:"details"`

	// Variants are other messages that the API sends with this code. An
	// ellipsis stands for text that differs.
	Variants []string `json:"variants"`

	Sent Sent `json:"sent"`

	// Source is where the code was found: a line of the API's source, or a
	// proxy.
	Source string `json:"source"`
}

// Sent says whether the API sends a code, and since when and until when, if
// that is known.
type Sent struct {
	// Today reports whether a caller of today's API has to expect the code. How
	// is the same in words, such as "by proxies".
	Today bool   `json:"today"`
	How   string `json:"how"`

	// Since and Until are days, such as "2022-03-21". They are empty if they
	// are not known.
	Since string `json:"since"`
	Until string `json:"until"`
}

// Source returns where the facts come from. An [Entry] has the place of its
// code.
func Source() string { return "PluralKit's public server source, main at " + load().version }

// Groups iterates over the parts of the table.
func Groups() iter.Seq[Group] {
	return func(yield func(Group) bool) {
		for _, g := range load().groups {
			g.Codes = slices.Clone(g.Codes)
			for i := range g.Codes {
				g.Codes[i] = g.Codes[i].clone()
			}
			if !yield(g) {
				return
			}
		}
	}
}

// Codes iterates over the rows of the table: first the plain codes, then the
// others by number.
func Codes() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		codes := load().codes
		for i := range codes {
			if !yield(codes[i].clone()) {
				return
			}
		}
	}
}

// Of returns the row of a code. It returns false if the table does not have the
// code.
func Of(c Code) (Entry, bool) {
	codes := load().codes
	i := slices.IndexFunc(codes, func(e Entry) bool { return e.Code == c })
	if i < 0 {
		return Entry{}, false
	}
	return codes[i].clone(), true
}

func (e *Entry) clone() Entry {
	c := *e
	c.Notes = slices.Clone(e.Notes)
	c.Details = slices.Clone(e.Details)
	c.Variants = slices.Clone(e.Variants)
	return c
}

// Documented reports whether the API's own page lists the code.
func (e *Entry) Documented() bool { return e.Page != "" }

// FullSource returns the source with the version of the API that it belongs to.
func (e *Entry) FullSource() string {
	if strings.HasPrefix(e.Source, "proxy: ") {
		return e.Source
	}
	return "server source at " + load().version + ": " + e.Source
}

// Kin returns which code this one refines, or which codes refine it. It is
// empty if there are none.
func (e *Entry) Kin() Text {
	if e.Base != "" {
		return Text("It refines [" + e.Base + "].")
	}
	var sentences []string
	codes := load().codes
	for i := range codes {
		if codes[i].Base == e.Name {
			sentences = append(sentences, "["+codes[i].Name+"] also matches it.")
		}
	}
	return Text(strings.Join(sentences, " "))
}
