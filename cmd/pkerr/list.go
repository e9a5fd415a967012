package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// listing is what list shows. It is also its JSON.
type listing struct {
	Codes []facts `json:"codes"`

	// Endpoint is what was asked for, and Rules what it answers beside the codes.
	Endpoint *endpointFacts `json:"endpoint,omitempty"`
	Rules    []rule         `json:"rules,omitempty"`
}

// endpointFacts is what there is to say about an endpoint.
type endpointFacts struct {
	Endpoint string `json:"endpoint"`
	Method   string `json:"method"`
	Path     string `json:"path"`
	Note     string `json:"note"`
}

// list shows the codes, or those of a status or of an endpoint.
func (s *session) list(args []string) (int, error) {
	flags := newFlags("list")
	asJSON := flags.Bool("json", false, "")
	status, endpoint := flags.String("status", "", ""), flags.String("endpoint", "", "")
	endpoints := flags.Bool("endpoints", false, "")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	if err := noArguments(flags, rest); err != nil {
		return 0, err
	}
	if *endpoints {
		if isSet(flags, "status") || isSet(flags, "endpoint") {
			return 0, usagef("--endpoints lists all endpoints, and no codes: it goes with --json alone", "pkerr help list")
		}
		return exitOK, s.listEndpoints(*asJSON)
	}
	wanted := 0
	if isSet(flags, "status") {
		if wanted, err = parseStatus(*status); err != nil {
			return 0, err
		}
	}
	shown, marks, err := listed(wanted, *endpoint, isSet(flags, "endpoint"))
	if err != nil {
		return 0, err
	}
	if *asJSON {
		return exitOK, s.printJSON(shown)
	}
	p := s.newPage()
	p.listing(&shown, marks, wanted)
	return exitOK, s.show(p)
}

// listEndpoints shows all endpoints, a line each.
func (s *session) listEndpoints(asJSON bool) error {
	var all []endpointFacts
	p := s.newPage()
	for e := range reference.Endpoints() {
		all = append(all, endpointFactsOf(&e))
		p.line(e.String())
	}
	if asJSON {
		return s.printJSON(map[string]any{"endpoints": all})
	}
	return s.show(p)
}

func endpointFactsOf(e *reference.Endpoint) endpointFacts {
	return endpointFacts{e.String(), e.Method, e.Path, e.Note.String()}
}

// parseStatus reads an HTTP status.
func parseStatus(text string) (int, error) {
	status, err := strconv.Atoi(text)
	if err != nil || pkerr.MakeCode(0, status) == 0 || !digits(text) {
		return 0, usagef(quote(text)+" is no HTTP status", "it has three digits, such as 404")
	}
	return status, nil
}

// listed returns the codes with a status, any where that is 0, and which of them an endpoint answers only to @me.
func listed(status int, endpoint string, byEndpoint bool) (shown listing, onlyMe map[string]bool, err error) {
	codes := slices.Collect(pkerr.Codes())
	onlyMe = map[string]bool{}
	if byEndpoint {
		req := parseRequest(endpoint)
		e, err := findEndpoint(req)
		if err != nil {
			return listing{}, nil, err
		}
		codes = nil
		for _, a := range answersTo(req, &e) {
			codes = append(codes, pkerr.Code(a.Code))
			onlyMe[a.Code.String()] = a.OnlyMe
		}
		shown.Endpoint = new(endpointFactsOf(&e))
		shown.Rules = rulesFor(&e, status)
	}
	shown.Codes = []facts{}
	for _, c := range codes {
		if status == 0 || c.Status() == status {
			shown.Codes = append(shown.Codes, factsOf(found{code: c}, reader{}))
		}
	}
	return shown, onlyMe, nil
}

// answersTo returns what the endpoint answers to the request. Where that says which system it is about, it is settled
// whether it gets what only @me gets.
func answersTo(req request, e *reference.Endpoint) []reference.Answer {
	var answers []reference.Answer
	system := req.system(e)
	for _, a := range e.Answers {
		switch {
		case !a.OnlyMe || placeholder(system):
			answers = append(answers, a)
		case system == "@me":
			answers = append(answers, reference.Answer{Code: a.Code})
		}
	}
	return answers
}

// rulesFor returns what the endpoint answers whatever it is asked for, with a status, or any where that is 0.
func rulesFor(e *reference.Endpoint, status int) []rule {
	rules := []rule{}
	for r := range reference.Rules() {
		applies := r.Where == reference.EveryEndpoint || r.Where == reference.Proxies ||
			r.Where == reference.EveryBody && e.HasBody()
		if applies && (status == 0 || r.Code.Status() == status) {
			rules = append(rules, ruleOf(r))
		}
	}
	return rules
}

// listing writes a table of codes.
func (p *page) listing(l *listing, onlyMe map[string]bool, status int) {
	if l.Endpoint != nil {
		p.line(p.bold(l.Endpoint.Endpoint))
		p.paragraph(l.Endpoint.Note)
		p.line("")
	}
	rows := append(make([][]string, 0, 1+len(l.Codes)), []string{"CODE", "NAME", "MESSAGE"})
	var unsent []string
	marked := false
	for i := range l.Codes {
		f := &l.Codes[i]
		name := f.Name
		if onlyMe[f.Code] {
			name += " *"
			marked = true
		}
		rows = append(rows, []string{f.Code, name, f.Message})
		if !f.Sent.Today {
			unsent = append(unsent, f.Code)
		}
	}
	if len(l.Codes) > 0 {
		p.table(rows)
	} else {
		p.paragraph(noneWith(status))
	}
	if marked {
		p.line("\n* only where the path says @me")
	}
	if unsent != nil {
		p.line("")
		p.paragraph("The API of today does not send " + strings.Join(unsent, ", ") + ".")
	}
	if len(l.Rules) > 0 {
		p.line("\n" + p.bold("Beside these"))
		for _, r := range l.Rules {
			p.row(r.Code, "Sent "+r.Where+": "+r.When)
		}
	}
}

// noneWith says what there is to say of a status without codes.
func noneWith(status int) string {
	if status == 0 {
		return "It has no codes of its own."
	}
	text := "There is no such code with the status " + strconv.Itoa(status) + "."
	c := pkerr.MakeCode(0, status)
	if class := classOf(c); class != 0 && class != c {
		text += " A response with it counts as " + class.String() + " " + class.Name() + "."
	}
	return text
}
