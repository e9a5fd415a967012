package main

import (
	"bytes"
	_ "embed"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/pkerr/pkerr/internal/reference"
)

//go:embed errors.md.tmpl
var pageLayout string

// page is the data of the template. It has pointers if the template calls
// methods.
type page struct {
	Source    string
	Groups    []reference.Group
	Endpoints []*reference.Endpoint
	Rules     []reference.Rule
	Origins   []origin
	Rates     reference.RateLimits
	Limits    []*reference.Limit
	Announced []reference.Announcement
}

// origin has the responses without a code from one origin.
type origin struct {
	Name      reference.Origin
	Responses []reference.Uncoded
}

// renderPage returns the file docs/errors.md.
func renderPage() ([]byte, error) {
	t, err := template.New("errors.md").Funcs(template.FuncMap{
		"answers":  answers,
		"constant": constant,
		"days":     days,
		"list":     list,
		"md":       markdown,
		"of":       rulesOf,
		"senders":  senders,
		"spans":    spans,
		"statuses": statuses,
	}).Parse(pageLayout)
	if err != nil {
		return nil, err
	}
	rates := reference.Limits()
	var out bytes.Buffer
	err = t.Execute(&out, page{
		Source:    reference.Source(),
		Groups:    slices.Collect(reference.Groups()),
		Endpoints: pointers(reference.Endpoints()),
		Rules:     slices.Collect(reference.Rules()),
		Origins:   origins(),
		Rates:     rates,
		Limits:    pointers(slices.Values(rates.Limits)),
		Announced: slices.Collect(reference.Announced()),
	})
	return out.Bytes(), err
}

func pointers[T any](seq iter.Seq[T]) (all []*T) {
	for v := range seq {
		all = append(all, &v)
	}
	return all
}

// origins returns the responses without a code by their origin, in the order of
// the table.
func origins() (all []origin) {
	for u := range reference.UncodedResponses() {
		if len(all) == 0 || all[len(all)-1].Name != u.Origin {
			all = append(all, origin{Name: u.Origin})
		}
		last := &all[len(all)-1]
		last.Responses = append(last.Responses, u)
	}
	return all
}

func link(c reference.Code) string { return "[" + c.Anchor() + "](#" + c.Anchor() + ")" }

// markdown returns a text as Markdown, with its names as links or code.
func markdown(t reference.Text) string {
	return t.Link(func(name string) string {
		for e := range reference.Codes() {
			if e.Name == name {
				return "[`" + name + "`](#" + name + ")"
			}
		}
		if !strings.Contains(name, ".") {
			name = "pkerr." + name
		}
		return "`" + name + "`"
	})
}

// list returns links to the codes with an action, either those with a number or
// the plain ones.
func list(action string, numbered bool) string {
	var all []string
	for e := range reference.Codes() {
		if string(e.Action) == action && numbered == (e.Code.Number() != 0) {
			all = append(all, "["+e.Code.Anchor()+" "+e.Name+"](#"+e.Code.Anchor()+")")
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

// senders returns the endpoints that send c by themselves.
func senders(c reference.Code) (all []string) {
	for e, a := range reference.Senders(c) {
		text := "`" + e.String() + "`"
		if a.OnlyMe {
			text += `\*`
		}
		all = append(all, text)
	}
	return all
}

// rulesOf returns the rules about c.
func rulesOf(c reference.Code) (all []reference.Rule) {
	for r := range reference.Rules() {
		if r.Code == c {
			all = append(all, r)
		}
	}
	return all
}

// days returns the days since which and until which a code was sent.
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
		return "Any status"
	}
	texts := make([]string, 0, len(all))
	for _, s := range all {
		texts = append(texts, strconv.Itoa(s))
	}
	return strings.Join(texts, ", ")
}
