package main

import (
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// errorsPage has all of it to read, with an anchor for each code: also for who has no checkout.
const errorsPage = "https://github.com/pkerr/pkerr/blob/main/docs/errors.md"

// facts is what there is to say about a code. It is the JSON of explain and list, whose keys stay as they are; more may come.
type facts struct {
	Code      string      `json:"code"`
	Number    int64       `json:"number"`
	Status    int         `json:"status"`
	Name      string      `json:"name"`
	Known     bool        `json:"known"`
	Message   string      `json:"message"`
	Ref       string      `json:"ref"`
	Meaning   string      `json:"meaning"`
	Cause     string      `json:"cause"`
	Action    string      `json:"action"`
	Advice    string      `json:"advice"`
	Notes     []string    `json:"notes"`
	Variants  []string    `json:"other_messages"`
	Matches   []match     `json:"matches"`
	Sent      *sent       `json:"sent"`
	Endpoints []sender    `json:"endpoints"`
	Rules     []rule      `json:"rules"`
	Uncoded   []uncoded   `json:"uncoded_responses"`
	Source    string      `json:"source"`
	Link      string      `json:"link"`
	Localized *translated `json:"localized"`
}

// match is a code that errors.Is finds in another.
type match struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// sent tells whether and when the API sends a code.
type sent struct {
	Today      bool   `json:"today"`
	How        string `json:"how"`
	Since      string `json:"since"`
	Until      string `json:"until"`
	Documented bool   `json:"documented"`
}

// sender is an endpoint that answers a code.
type sender struct {
	Endpoint string `json:"endpoint"`
	OnlyMe   bool   `json:"only_me"`
}

// rule tells when a code is sent, whatever the endpoint.
type rule struct {
	Code  string `json:"code"`
	Where string `json:"where"`
	When  string `json:"when"`
}

// uncoded is a kind of response that has the status of a code, and not its body.
type uncoded struct {
	Origin string `json:"origin"`
	Body   string `json:"body"`
	When   string `json:"when"`
	Advice string `json:"advice"`
}

// translated is a text for people in their language.
type translated struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// factsOf returns what there is to say about what was found.
func factsOf(f found, r reader) facts {
	c := f.code
	known, class := c, classOf(c)
	if c.Name() == "" {
		known = c.Base()
	}
	out := facts{
		Code: c.String(), Number: c.Number(), Status: c.Status(), Name: c.Name(), Known: c.Name() != "",
		Message: c.Message(), Ref: f.ref, Notes: []string{}, Variants: []string{}, Matches: matches(c),
		Endpoints: []sender{}, Rules: []rule{}, Uncoded: []uncoded{},
	}
	if c.Number() == 0 {
		out.Uncoded = uncodedOf(c.Status(), func(string) bool { return true })
	}
	if e, ok := reference.Of(reference.Code(known)); ok {
		out.fill(&e)
	} else {
		out.Action, out.Advice = guess(c, out.Uncoded)
	}
	if !out.Known {
		out.Notes = append(unknown(c, known, class), out.Notes...)
		out.Link = errorsPage
	}
	if r.wanted {
		out.Localized = &translated{r.String(), r.Message(c)}
		if f.ref != "" {
			out.Localized.Text = r.Message(c.WithRef(f.ref))
		}
	}
	return out
}

// fill adds what the reference has.
func (f *facts) fill(e *reference.Entry) {
	f.Meaning, f.Cause = e.Meaning.String(), e.Cause.String()
	f.Action, f.Advice = string(e.Action), e.Advice.String()
	for _, t := range append(e.Notes, e.Details...) {
		f.Notes = append(f.Notes, t.String())
	}
	f.Variants = append(f.Variants, e.Variants...)
	f.Sent = &sent{e.Sent.Today, e.Sent.How, e.Sent.Since, e.Sent.Until, e.Documented()}
	for s, a := range reference.Senders(e.Code) {
		f.Endpoints = append(f.Endpoints, sender{s.String(), a.OnlyMe})
	}
	for r := range reference.Rules() {
		if r.Code == e.Code {
			f.Rules = append(f.Rules, ruleOf(r))
		}
	}
	f.Source = e.FullSource()
	f.Link = errorsPage + "#" + e.Code.Anchor()
}

func ruleOf(r reference.Rule) rule { return rule{r.Code.String(), string(r.Where), r.When.String()} }

// classOf returns the plain code that the status of c counts as, 0 where it counts as none.
func classOf(c pkerr.Code) pkerr.Code {
	for plain := range pkerr.Codes() {
		if plain.Number() == 0 && c.Is(plain) {
			return plain
		}
	}
	return 0
}

// numberedWith returns the numbered codes with the status of c, where that has no plain code: their numbers and names.
func numberedWith(c pkerr.Code) []string {
	var names []string
	for other := range pkerr.Codes() {
		if other.Status() != c.Status() {
			continue
		}
		if other.Number() == 0 {
			return nil
		}
		names = append(names, reference.Code(other).Anchor()+" "+other.Name())
	}
	return names
}

// matches returns what errors.Is finds in c beside c itself, the narrowest first.
func matches(c pkerr.Code) []match {
	all := []match{}
	for b := c.Base(); b != 0; b = b.Base() {
		all = append(all, match{b.String(), b.Name()})
	}
	if class := classOf(c); class != 0 && class != c {
		all = append(all, match{class.String(), class.Name()})
	}
	return all
}

// unknown says what is known of a code without a constant.
func unknown(c, base, class pkerr.Code) []string {
	var notes []string
	switch {
	case base != 0:
		notes = append(notes, "The number is that of "+base.Name()+", which comes with the status "+
			strconv.Itoa(base.Status())+". What is said here is said of that one.")
	case c.Number() != 0:
		notes = append(notes, "This version of pkerr has no such code. The API may be newer.")
	}
	switch {
	case class == 0:
		return append(notes, "The status is not that of an error.")
	case numberedWith(c) != nil:
		return append(notes, "The status alone is no code. It counts as "+class.Name()+".")
	case class.Status() != c.Status():
		return append(notes, "The status has no code of its own. It counts as "+class.Name()+".")
	}
	return append(notes, "By its status it counts as "+class.Name()+".")
}

// guess returns what to do about a code of which there is nothing to say.
func guess(c pkerr.Code, seen []uncoded) (action, advice string) {
	if own := numberedWith(c); own != nil {
		return "", "The API's own is " + strings.Join(own, ", ") + "; see pkerr list --status " + strconv.Itoa(c.Status()) + "."
	}
	if len(seen) > 0 {
		return "", seen[0].Advice
	}
	switch {
	case c.Status() >= 400 && c.Status() < 500:
		return string(reference.FixRequest), "Go by the status and the message. The same request will most likely fail again."
	case c.Status() >= 500 && c.Status() < 600:
		return string(reference.Report), "Repeat a read after a while. A write may have gone through: look before repeating it."
	}
	return "", "Check the URL: this is no answer of the API."
}

// uncodedOf returns the responses without a code that come with a status today, and have a body that fits.
func uncodedOf(status int, fits func(body string) bool) []uncoded {
	all := []uncoded{}
	for u := range reference.UncodedResponses() {
		if u.Until != "" || u.Origin == reference.Private || !fits(u.Body.String()) {
			continue
		}
		for _, s := range u.Statuses {
			if s == status {
				all = append(all, uncoded{string(u.Origin), u.Body.String(), u.When.String(), u.Advice.String()})
			}
		}
	}
	return all
}
