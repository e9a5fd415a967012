package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// errorsPage is the page about all codes, with an anchor for each.
const errorsPage = "https://github.com/pkerr/pkerr/blob/main/docs/errors.md"

// An explanation is what is known about a code, or about a response that has
// it.
type explanation struct {
	Code      string      `json:"code"` // "" if it is unknown
	Number    int64       `json:"number"`
	Status    int         `json:"status"` // 0: unknown
	Name      string      `json:"name"`
	Message   string      `json:"message"`
	Ref       string      `json:"ref"`
	Meaning   string      `json:"meaning"`
	Action    string      `json:"action"`
	Advice    string      `json:"advice"`
	Notes     []string    `json:"notes"`
	Matches   []codeName  `json:"matches"` // the codes that errors.Is finds in it
	Localized *translated `json:"localized"`
	Link      string      `json:"link"`

	Go bool `json:"-"` // also show names of Go functions
}

type codeName struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type translated struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// facts is what is known about a code, and the JSON output of explain and list.
// Keys keep their meaning; new ones may be added.
type facts struct {
	explanation

	Known     bool             `json:"known"`
	Cause     string           `json:"cause"`
	Variants  []string         `json:"other_messages"`
	Sent      *sent            `json:"sent"`
	Endpoints []sender         `json:"endpoints"`
	Rules     []reference.Rule `json:"rules"`
	Uncoded   []uncoded        `json:"uncoded_responses"`
	Source    string           `json:"source"`
}

type sent struct {
	reference.Sent
	Documented bool `json:"documented"`
}

type sender struct {
	Endpoint string `json:"endpoint"`
	OnlyMe   bool   `json:"only_me"`
}

// An uncoded is a kind of response that has a status but no code.
type uncoded struct {
	Origin string `json:"origin"`
	Body   string `json:"body"`
	When   string `json:"when"`
	Advice string `json:"advice"`
}

// factsOf returns what is known about a code.
func factsOf(m match, who audience) facts {
	c, known := m.code, m.code
	if c.Name() == "" {
		known = c.Base()
	}
	f := facts{
		explanation: explanation{
			Code: c.String(), Number: c.Number(), Status: c.Status(), Name: c.Name(), Message: c.Message(), Ref: m.ref,
			Notes: []string{}, Matches: matches(c), Localized: who.translate(c.WithRef(m.ref)), Link: errorsPage, Go: who.forGo,
		},
		Known: c.Name() != "", Variants: []string{}, Endpoints: []sender{}, Rules: []reference.Rule{}, Uncoded: []uncoded{},
	}
	if c.Number() == 0 {
		f.Uncoded = uncodedOf(c.Status(), func(string) bool { return true })
	}
	numbered := numberedWith(c)
	data := map[string]any{"Code": c, "Known": known, "Class": c.Class(), "Numbered": numbered}
	if !f.Known {
		f.Notes = strings.Split(strings.TrimSpace(execute("unknown code", data)), "\n")
	}
	switch e, ok := reference.Of(reference.Code(known)); {
	case ok:
		f.fill(&e)
	case len(numbered) == 0 && len(f.Uncoded) > 0:
		f.Advice = f.Uncoded[0].Advice
	default:
		if f.Advice = execute("guess", data); len(numbered) == 0 && isFailure(c.Status()) {
			f.Action = pkerr.ActionOf(c).String()
		}
	}
	return f
}

// translate returns the text for err in a wanted language, or nil.
func (who audience) translate(err error) *translated {
	if !who.wanted {
		return nil
	}
	return &translated{who.String(), who.Message(err)}
}

// fill adds what the reference says about the code.
func (f *facts) fill(e *reference.Entry) {
	f.Meaning, f.Cause, f.Advice = plain(e.Meaning, f.Go), plain(e.Cause, f.Go), plain(e.Advice, f.Go)
	if words := e.Action.Words(); f.Advice != e.Advice.String() {
		f.Advice = strings.ToUpper(words[:1]) + words[1:] + ". " + f.Advice
	}
	for _, t := range append(e.Notes, e.Details...) {
		if text := plain(t, f.Go); text != "" {
			f.Notes = append(f.Notes, text)
		}
	}
	f.Action, f.Source, f.Sent = pkerr.ActionOf(pkerr.Code(e.Code)).String(), e.FullSource(), &sent{e.Sent, e.Documented()}
	f.Variants = append(f.Variants, e.Variants...)
	for s, a := range reference.Senders(e.Code) {
		f.Endpoints = append(f.Endpoints, sender{s.String(), a.OnlyMe})
	}
	for r := range reference.Rules() {
		if r.Code == e.Code {
			f.Rules = append(f.Rules, r)
		}
	}
	if f.Known {
		f.Link += "#" + e.Code.Anchor()
	}
}

// plain returns a text of the reference. Unless forGo is set, it leaves out
// each remark that names a Go function, or else the whole sentence.
func plain(t reference.Text, forGo bool) string {
	if forGo {
		return t.String()
	}
	s := t.Link(func(name string) string {
		for c := range pkerr.Codes() {
			if c.Name() == name {
				return name
			}
		}
		return "\x00"
	})
	s = regexp.MustCompile(`, as \x00 does| \(\x00\)|; \x00[^.;]*`).ReplaceAllString(s, "")
	s = regexp.MustCompile(`(?:[^.!?]|[.!?]\S)*(?:\x00| package client)(?:[^.!?]|[.!?]\S)*[.!?]?\s*`).ReplaceAllString(s, "")
	return strings.TrimSpace(s)
}

// matches returns the codes besides c that errors.Is finds in c, narrowest
// first.
func matches(c pkerr.Code) []codeName {
	all := []codeName{}
	for base := c.Base(); base != 0; base = base.Base() {
		all = append(all, codeName{base.String(), base.Name()})
	}
	if class := c.Class(); class != c && class.Name() != "" {
		all = append(all, codeName{class.String(), class.Name()})
	}
	return all
}

// numberedWith returns the numbers and names of the codes with the status of c.
// It returns nil if one of them is plain.
func numberedWith(c pkerr.Code) (names []string) {
	if pkerr.MakeCode(0, c.Status()).Name() != "" {
		return nil
	}
	for other := range pkerr.Codes() {
		if other.Status() == c.Status() {
			names = append(names, reference.Code(other).Anchor()+" "+other.Name())
		}
	}
	return names
}

// uncodedOf returns the kinds of responses without a code that are sent today
// with a status and a body that fits.
func uncodedOf(status int, fits func(body string) bool) []uncoded {
	all := []uncoded{}
	for u := range reference.UncodedResponses() {
		if u.Until == "" && u.Origin != reference.Private && slices.Contains(u.Statuses, status) && fits(u.Body.String()) {
			all = append(all, uncoded{string(u.Origin), u.Body.String(), u.When.String(), u.Advice.String()})
		}
	}
	return all
}
