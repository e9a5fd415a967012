package main

import (
	"errors"
	"strings"

	"github.com/pkerr/pkerr"
)

// explain says what there is to know about codes.
func (s *session) explain(args []string) (int, error) {
	flags := newFlags("explain")
	asJSON, lang := flags.Bool("json", false, ""), flags.String("lang", "", "")
	texts, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	r, err := readerOf(*lang, s.env)
	if err != nil {
		return 0, err
	}
	all, missing := resolveAll(texts)
	if len(all)+len(missing) == 0 {
		return 0, usagef("there is nothing to explain", "pkerr explain 20003", "pkerr list has all codes")
	}

	explained := make([]facts, 0, len(all))
	for _, f := range all {
		explained = append(explained, factsOf(f, r))
	}
	switch {
	case *asJSON:
		err = s.printJSON(map[string]any{"codes": explained})
	default:
		p := s.newPage()
		for i := range explained {
			if i > 0 {
				p.line("")
			}
			p.facts(&explained[i])
		}
		err = s.show(p)
	}
	for _, m := range missing {
		s.complain(flags.Name(), m)
	}
	if err == nil && len(missing) > 0 {
		return exitUsage, nil
	}
	return exitOK, err
}

// resolveAll returns the codes that the texts mean, and what is wrong with those that mean none. A message whose words came
// one by one is put together again.
func resolveAll(texts []string) (all []found, missing []error) {
	if len(texts) > 1 {
		if f, ok := message(strings.Join(texts, " ")); ok {
			return []found{f}, nil
		}
	}
	for _, text := range texts {
		f, err := resolve(text)
		if err != nil {
			missing = append(missing, explainable(err))
			continue
		}
		all = append(all, f)
	}
	return all, missing
}

// explainable returns the error with what to do about it.
func explainable(err error) error {
	e, ok := errors.AsType[*notFoundError](err)
	if !ok {
		return err
	}
	u := usagef(e.Error())
	text := strings.TrimSpace(e.text)
	switch {
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "HTTP/"):
		u.hints = []string{"pkerr decode reads a response, from a file or the standard input"}
	case len(e.candidates) == 0:
		u.hints = []string{"pkerr list has all codes"}
	case e.ambiguous:
		u.hints = append([]string{"it is one of"}, candidateLines(e.candidates)...)
	default:
		u.hints = append([]string{"did you mean"}, candidateLines(e.candidates)...)
	}
	if status := statusOfTomorrow(text); status != "" {
		u.hints = append(u.hints, "the API may be newer; by its status there is something to say: pkerr explain "+text+"/"+status)
	}
	return u
}

// statusOfTomorrow returns the status that a number which is no code yet would most likely come with, by the classes of the
// API's numbers. It returns "" for what is no such number.
func statusOfTomorrow(text string) string {
	if len(text) != len("20003") || !digits(text) {
		return ""
	}
	return map[byte]string{'2': "404", '3': "403", '4': "400"}[text[0]]
}

func candidateLines(codes []pkerr.Code) []string {
	p := new(page)
	rows := make([][]string, 0, len(codes))
	for _, c := range codes {
		rows = append(rows, []string{"  " + c.String(), c.Name(), c.Message()})
	}
	p.table(rows)
	return strings.Split(strings.TrimRight(p.String(), "\n"), "\n")
}

// facts writes what there is to say about a code.
func (p *page) facts(f *facts) {
	p.line(p.bold(strings.TrimRight(f.Code+" "+f.Name, " ")))
	if !f.Known {
		p.row("Note", f.Notes...)
	}
	p.row("Message", f.Message)
	p.row("Reference", shown(f.Ref))
	p.row("Meaning", f.Meaning)
	p.row("Cause", f.Cause)
	p.row("What to do", f.Advice)
	if f.Known {
		p.row("Note", f.Notes...)
	}
	if f.Localized != nil {
		p.row("In "+f.Localized.Language, f.Localized.Text)
	}
	p.row("Also says", f.Variants...)
	names := make([]string, 0, len(f.Matches))
	for _, m := range f.Matches {
		names = append(names, m.Name+" ("+m.Code+")")
	}
	p.row("Matches", strings.Join(names, ", "))
	p.sent(f)
	if f.Number == 0 && f.Known {
		p.row("See also", "pkerr list --status "+f.Code[len("0/"):])
	}
	p.row("Source", f.Source)
	p.row("More", f.Link)
}

// sent writes whether the API sends a code, and who does.
func (p *page) sent(f *facts) {
	if f.Sent != nil {
		text := f.Sent.How
		if f.Sent.Since != "" {
			text += ", since " + f.Sent.Since
		}
		if f.Sent.Until != "" {
			text += ", until " + f.Sent.Until
		}
		if !f.Sent.Documented {
			text += "; not in the table on the API's page"
		}
		p.row("Sent today", text)
	}
	var texts []string
	onlyMe := false
	for _, s := range f.Endpoints {
		text := s.Endpoint
		if s.OnlyMe {
			onlyMe = true
			text += " *"
		}
		texts = append(texts, text)
	}
	if onlyMe {
		texts = append(texts, "(* only where the path says @me)")
	}
	p.row("Sent by", texts...)
	texts = make([]string, 0, len(f.Rules))
	for _, r := range f.Rules {
		texts = append(texts, r.Where+": "+r.When)
	}
	p.row("Also sent", texts...)
	texts = make([]string, 0, len(f.Uncoded))
	for _, u := range f.Uncoded {
		texts = append(texts, "From "+u.Origin+", "+u.Body+": "+u.When+" "+u.Advice)
	}
	p.row("Without code", texts...)
}
