// Package reference is what there is to know about the errors of the API: what each code means, whether it is sent today,
// by which endpoints, and what to do about it; the responses that have no code; and the rate limits.
//
// It is one table, in the JSON files beside this one. The comments on the constants of package pkerr are held against it, and
// docs/errors.md is generated from it. The number, the status, the message and the base of a code are not in it: the
// constants have them.
//
// The files are parsed when they are first asked for. What the functions return belongs to the caller, and all of them are
// safe for concurrent use.
package reference

//go:generate go run ./generate ../../docs/errors.md

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
)

const (
	// Source is where what is said here was read. An Entry has the place for its code.
	Source = "PluralKit's public server source, main at 44f244b4, 2026-08-20"
)

// Entry is what there is to know about one code.
type Entry struct {
	// Code is a constant of package pkerr, and Name its name.
	Code pkerr.Code `json:"code"`
	Name string     `json:"name"`

	// Meaning is what the code says, in one short sentence.
	Meaning Text `json:"meaning"`

	// Cause is when the API sends it, or why it does not.
	Cause Text `json:"cause"`

	// Action is what a caller does about it, and Advice is the same at length.
	Action Action `json:"action"`
	Advice Text   `json:"advice"`

	// Note is what else there is to say, and Class what a plain code stands for beside itself. Mostly both are empty.
	Note  Text `json:"note"`
	Class Text `json:"class"`

	// Details are what the comment on the constant has no room for.
	Details []Text `json:"details"`

	// Variants are other messages that the API sends with this code. What comes in the place of an ellipsis differs.
	Variants []string `json:"variants"`

	// Sent is whether the API sends it.
	Sent Sent `json:"sent"`

	// Documented is whether the table on the API's own page has it.
	Documented bool `json:"documented"`

	// Source is where it was read, or who sends it.
	Source string `json:"source"`
}

// Sent tells whether the API sends a code, and since when and until when, as far as that is known.
type Sent struct {
	// Today is whether a caller of today's API has to expect it, and How is that in words, such as "by proxies".
	Today bool   `json:"today"`
	How   string `json:"how"`

	// Since and Until are days, such as "2022-03-21", and empty where they are not known.
	Since string `json:"since"`
	Until string `json:"until"`
}

// Codes iterates over what there is to know about every constant of package pkerr, in the order of [pkerr.Codes].
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

// Of returns what there is to know about a code. It returns false for one that is no constant of package pkerr.
func Of(c pkerr.Code) (Entry, bool) {
	codes := load().codes
	i := slices.IndexFunc(codes, func(e Entry) bool { return e.Code == c })
	if i < 0 {
		return Entry{}, false
	}
	return codes[i].clone(), true
}

func (e *Entry) clone() Entry {
	c := *e
	c.Details, c.Variants = slices.Clone(e.Details), slices.Clone(e.Variants)
	return c
}

// Kin says which code this one refines, or which refine it, and is empty where there is neither.
func (e *Entry) Kin() Text {
	if base := e.Code.Base(); base != 0 {
		return Text("It is a [" + base.Name() + "].")
	}
	var names []string
	for c := range pkerr.Codes() {
		if c.Base() == e.Code {
			names = append(names, "["+c.Name()+"]")
		}
	}
	if names == nil {
		return ""
	}
	return Text("It also matches " + strings.Join(names, " and ") + ".")
}

// Remedy returns what to do: the advice, behind the action where there is one and the advice does not have its words
// itself.
func Remedy(action Action, advice Text) Text {
	words := string(action)
	if words == "" || strings.Contains(strings.ToLower(string(advice)), words) {
		return advice
	}
	return Text(strings.ToUpper(words[:1])+words[1:]+". ") + advice
}

// Anchor returns what docs/errors.md, and people, call a code: its number, or the status of a plain one.
func Anchor(c pkerr.Code) string {
	if c.Number() == 0 {
		return strconv.Itoa(c.Status())
	}
	return strconv.FormatInt(c.Number(), 10)
}

// Doc returns the comment on the constant, without line breaks but for that between its paragraphs.
func (e *Entry) Doc() Text {
	quoted := "«" + e.Code.Message() + "»"
	if !strings.HasSuffix(e.Code.Message(), ".") {
		quoted += "."
	}
	doc := join(" ", Text(e.Name+" is "+quoted), e.Cause, e.Advice, e.Kin(), e.Note)
	return join("\n\n", doc, e.Class)
}
