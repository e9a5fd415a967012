package main

import (
	"cmp"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/locale"
)

// decode explains a response.
func (s *session) decode(c *call) error {
	input, err := s.readInput(c.args)
	if err != nil {
		return err
	}
	d, err := diagnose(readResponse(input), c.status, c.who)
	if err != nil {
		return err
	}
	if err := s.output(c, "decode", d); err != nil || d.Success {
		return err
	}
	return exitError(exitAPIError)
}

// readInput reads a file or the standard input, up to one byte past maxInput.
func (s *session) readInput(files []string) (input []byte, err error) {
	in, name := s.stdin, "the standard input"
	if len(files) > 0 && files[0] != "-" {
		name = "the file " + quote(files[0])
		var file *os.File
		file, err = os.Open(files[0])       //nolint:gosec // The caller names it.
		defer func() { _ = file.Close() }() // it was opened only for reading
		in = file
	} else if s.terminal(s.stdin) {
		_, _ = io.WriteString(s.stderr, execute("waiting", runtime.GOOS)+"\n")
	}
	if err == nil {
		input, err = io.ReadAll(io.LimitReader(in, maxInput+1))
	}
	if err != nil {
		return nil, usage("cannot read " + name + ": " + reason(err))
	}
	return input, nil
}

// explain prints what is known about codes.
func (s *session) explain(c *call) error {
	if len(c.args) == 0 {
		return usage("there is nothing to explain", "pkerr explain 20003", "pkerr list shows all codes")
	}
	all, missing := resolveAll(c.args)
	explained := make([]facts, 0, len(all))
	for _, m := range all {
		explained = append(explained, factsOf(m, c.who))
	}
	template := "explain"
	if len(c.args) == 1 && isZero(c.args[0]) {
		template = "zero"
	}
	if err := s.output(c, template, &listing{Codes: explained}); err != nil || len(missing) == 0 {
		return err
	}
	for _, wrong := range missing {
		if c.implied { // it may have been meant as a subcommand
			problem, hints, _ := strings.Cut(strings.ReplaceAll(string(wrong), "\n  ", "\n"), "\n")
			wrong = usage(problem+didYouMean(c.args[0], append(subcommandNames(), "--version")), hints, "pkerr help")
		}
		s.printError(c, wrong)
	}
	return exitError(exitUsage)
}

// resolveAll returns the codes that the texts mean, together or one by one.
// For each text that means none, missing says why.
func resolveAll(texts []string) (all []match, missing []usageError) {
	joined := strings.Join(texts, " ")
	if m, ok := message(joined); ok {
		return []match{m}, nil
	}
	for _, text := range texts {
		m, wrong := resolve(text)
		switch {
		case isZero(text): // the plain codes share it
			for c := range pkerr.Codes() {
				if c.Number() == 0 {
					all = append(all, match{code: c})
				}
			}
		case wrong != "":
			missing = append(missing, wrong)
		default:
			all = append(all, m)
		}
	}
	if m, wrong := resolve(joined); wrong == "" && len(missing) > 0 && (len(all) == 0 || strings.ContainsAny(joined, "=:{")) {
		return []match{m}, nil
	}
	return all, missing
}

// isZero reports whether a text is the number 0.
func isZero(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && strings.Trim(text, "0") == ""
}

// A listing is what explain and list show. It is also their JSON.
type listing struct {
	Codes []facts `json:"codes"`

	// For an endpoint, Rules has what is sent whatever the endpoint.
	Endpoint *endpointFacts   `json:"endpoint,omitempty"`
	Rules    []reference.Rule `json:"rules,omitempty"`

	// The rest is for the template.
	OnlyMe map[string]bool `json:"-"` // the codes that the endpoint answers only to @me
	Status pkerr.Code      `json:"-"` // the requested status, or 0
	Head   bool            `json:"-"` // the caller named the method HEAD
	Unsent []string        `json:"-"`
}

type endpointFacts struct {
	Endpoint string `json:"endpoint"`
	Method   string `json:"method"`
	Path     string `json:"path"`
	Note     string `json:"note"`
}

func endpointFactsOf(e *reference.Endpoint) endpointFacts {
	return endpointFacts{e.String(), e.Method, e.Path, e.Note.String()}
}

// list prints all codes, those of a status or an endpoint, or the endpoints.
func (s *session) list(c *call) error {
	if c.value("endpoints") != on {
		l, err := listed(c.status, c.values[flagEndpoint], c.who)
		if err != nil {
			return err
		}
		return s.output(c, "list", l)
	}
	if c.values[flagStatus] != nil || c.values[flagEndpoint] != nil {
		return usage("--endpoints lists all endpoints and no codes: use it alone or with --json", "pkerr help list")
	}
	var all []endpointFacts
	for e := range reference.Endpoints() {
		all = append(all, endpointFactsOf(&e))
	}
	return s.output(c, "endpoints", map[string]any{"endpoints": all})
}

// listed returns the codes with a status and of the last of the endpoints. A
// status of 0 means any status; no endpoints mean all codes.
func listed(status int, endpoints []string, who audience) (*listing, error) {
	l := &listing{Codes: []facts{}, OnlyMe: map[string]bool{}, Status: pkerr.MakeCode(0, status)}
	codes := slices.Collect(pkerr.Codes())
	if len(endpoints) > 0 {
		req := parseRequest(endpoints[len(endpoints)-1])
		e, err := findEndpoint(req)
		if err != nil {
			return nil, err
		}
		codes = nil
		system := req.system(&e) // a path with a system settles what only @me gets
		for _, a := range e.Answers {
			if !a.OnlyMe || system == "@me" || placeholder(system) {
				codes = append(codes, pkerr.Code(a.Code))
				l.OnlyMe[a.Code.String()] = a.OnlyMe && system != "@me"
			}
		}
		l.Endpoint, l.Head = new(endpointFactsOf(&e)), req.method != "" && req.method != e.Method
		for r := range reference.Rules() {
			applies := r.Where != reference.NoEndpoint && (r.Where != reference.EveryBody || e.HasBody())
			if applies && (status == 0 || r.Code.Status() == status) {
				l.Rules = append(l.Rules, r)
			}
		}
	}
	for _, c := range codes {
		if status == 0 || c.Status() == status {
			f := factsOf(match{code: c}, who)
			if l.Codes = append(l.Codes, f); !f.Sent.Today {
				l.Unsent = append(l.Unsent, f.Code)
			}
		}
	}
	return l, nil
}

// help prints the help for a subcommand, or the overview.
func (s *session) help(c *call) error {
	name := "pkerr"
	if len(c.args) > 0 {
		name = c.args[0]
	}
	text, err := texts.ReadFile("texts/" + name + ".txt")
	if err != nil {
		return unknownWord("subcommand", name, subcommandNames())
	}
	return s.print(string(text))
}

// version prints the version of the command, and that of the Go that built it.
func (s *session) version(*call) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	return s.print("pkerr " + cmp.Or(printable(info.Main.Version), "(devel)") + " " + info.GoVersion + "\n")
}

// completion prints the script for a shell. No word contains a quotation mark.
func (s *session) completion(c *call) error {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	if len(c.args) == 0 {
		return usage("completion needs the name of a shell", "use one of: "+strings.Join(shells, ", "))
	}
	if !slices.Contains(shells, c.args[0]) {
		return unknownWord("shell", c.args[0], shells)
	}
	words := map[string][]string{"Subcommands": subcommandNames(), "Shells": shells, "Languages": languages()}
	for code := range pkerr.Codes() {
		words["Codes"] = append(words["Codes"], reference.Code(code).Anchor(), code.Name())
		if status := strconv.Itoa(code.Status()); !slices.Contains(words["Statuses"], status) {
			words["Statuses"] = append(words["Statuses"], status)
		}
	}
	for e := range reference.Endpoints() {
		words["Endpoints"] = append(words["Endpoints"], e.String())
	}
	return s.print(execute("pkerr."+c.args[0], words))
}

// languages returns the tags of all languages.
func languages() (tags []string) {
	for _, tag := range locale.Languages() {
		tags = append(tags, tag.String())
	}
	return tags
}
