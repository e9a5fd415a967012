package main

import (
	"strconv"
	"strings"
	"text/template"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// functions are those that the template calls, by name.
func functions() template.FuncMap {
	return template.FuncMap{
		"answers":  answers,
		"anchor":   reference.Anchor,
		"days":     days,
		"list":     list,
		"md":       markdown,
		"of":       rulesOf,
		"remedy":   reference.Remedy,
		"senders":  senders,
		"spans":    spans,
		"statuses": statuses,
	}
}

func link(c pkerr.Code) string { return "[" + reference.Anchor(c) + "](#" + reference.Anchor(c) + ")" }

// markdown makes links and code of the names in a text.
func markdown(t reference.Text) string {
	return t.Link(func(name string) string {
		for c := range pkerr.Codes() {
			if c.Name() == name {
				return "[`" + name + "`](#" + name + ")"
			}
		}
		if !strings.Contains(name, ".") {
			name = "pkerr." + name
		}
		return "`" + name + "`"
	})
}

// list returns the codes that call for an action, those with a number or the plain ones.
func list(a reference.Action, numbered bool) string {
	var all []string
	for e := range reference.Codes() {
		if e.Action == a && numbered == (e.Code.Number() != 0) {
			all = append(all, "["+reference.Anchor(e.Code)+" "+e.Name+"](#"+reference.Anchor(e.Code)+")")
		}
	}
	return strings.Join(all, ", ")
}

// answers returns the errors of an endpoint, in its order.
func answers(e *reference.Endpoint) string {
	all := make([]string, 0, len(e.Answers))
	for _, a := range e.Answers {
		text := link(a.Code)
		if a.OnlyMe {
			text += `\*`
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// senders returns the endpoints that answer c by themselves.
func senders(c pkerr.Code) string {
	var all []string
	for e, a := range reference.Senders(c) {
		text := "`" + e.String() + "`"
		if a.OnlyMe {
			text += `\*`
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// rulesOf returns the rules that are about c.
func rulesOf(c pkerr.Code) (all []reference.Rule) {
	for r := range reference.Rules() {
		if r.Code == c {
			all = append(all, r)
		}
	}
	return all
}

// days returns since when and until when a code was sent.
func days(s reference.Sent) string {
	var all []string
	if s.Since != "" {
		all = append(all, "since "+s.Since)
	}
	if s.Until != "" {
		all = append(all, "until "+s.Until)
	}
	return strings.Join(all, ", ")
}

// spans returns texts as code.
func spans(texts []string) string { return "`" + strings.Join(texts, "`, `") + "`" }

func statuses(all []int) string {
	if len(all) == 0 {
		return "any"
	}
	var texts []string
	for _, s := range all {
		texts = append(texts, strconv.Itoa(s))
	}
	return strings.Join(texts, ", ")
}
