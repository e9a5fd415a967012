package reference

import (
	"cmp"
	"embed"
	"fmt"
	"go/token"
	"slices"
	"strings"
	"sync"
)

//go:embed codes.json endpoints.json responses.json limits.json announced.json
var files embed.FS

// tables are the files, parsed.
type tables struct {
	version   string
	groups    []Group
	codes     []Entry // of all groups
	endpoints []Endpoint
	rules     []Rule
	responses []Uncoded
	limits    RateLimits
	announced []Announcement
}

// codesFile is the content of codes.json.
type codesFile struct {
	Version string  `json:"version"`
	Groups  []Group `json:"groups"`
}

// endpointsFile is the content of endpoints.json.
type endpointsFile struct {
	Endpoints []struct {
		Endpoint string   `json:"endpoint"`
		Codes    []string `json:"codes"`
		Note     Text     `json:"note"`
	} `json:"endpoints"`
	Rules []Rule `json:"rules"`
}

// loaded is not a sync.OnceValues, because that would be initialized at program
// start.
//
//nolint:gochecknoglobals // It is written once, by parsed.
var loaded struct {
	once sync.Once
	tables
	err error
}

// Check returns an error if the files are broken. In that case all other
// functions panic.
func Check() error {
	_, err := parsed()
	return err
}

// load returns the tables, which must not be modified. It panics if the files
// are broken; the tests ensure that they are not.
func load() *tables {
	t, err := parsed()
	if err != nil {
		panic("reference: " + err.Error())
	}
	return t
}

func parsed() (*tables, error) {
	loaded.once.Do(func() {
		t := &loaded.tables
		loaded.err = cmp.Or(t.readCodes(), t.readEndpoints(),
			t.readResponses(), t.readLimits(), t.readAnnounced())
	})
	return &loaded.tables, loaded.err
}

func (t *tables) readCodes() error {
	var file codesFile
	if err := read("codes.json", &file); err != nil {
		return err
	}
	t.version, t.groups = file.Version, file.Groups
	for _, g := range t.groups {
		t.codes = append(t.codes, g.Codes...)
	}
	if err := checkCodes(t.codes); err != nil {
		return fmt.Errorf("codes.json: %w", err)
	}
	return nil
}

// checkCodes checks what the constants of package pkerr and its search rely on.
func checkCodes(codes []Entry) error {
	for i := range codes {
		e := &codes[i]
		sameName := func(other Entry) bool { return other.Name == e.Name }
		sameNumber := func(other Entry) bool { return other.Code.Number() == e.Code.Number() }
		isBase := func(other Entry) bool { return other.Name == e.Base }
		switch {
		case !token.IsIdentifier(e.Name) || !token.IsExported(e.Name):
			return fmt.Errorf("%v: %q cannot be the name of a constant", e.Code, e.Name)
		case slices.ContainsFunc(codes[:i], sameName):
			return fmt.Errorf("%v: the name %s is taken", e.Code, e.Name)
		case i > 0 && e.Code <= codes[i-1].Code:
			return fmt.Errorf("%v must not follow %v: the codes are sorted",
				e.Code, codes[i-1].Code)
		case e.Code.Number() != 0 && slices.ContainsFunc(codes[:i], sameNumber):
			return fmt.Errorf("%v: the number is taken", e.Code)
		case e.Base != "" && !slices.ContainsFunc(codes[:i], isBase):
			return fmt.Errorf("%v: no code before it has the name of its base, %q", e.Code, e.Base)
		case e.Message == "" || e.Meaning == "" || e.Advice == "":
			return fmt.Errorf("%v needs a message, a meaning and an advice", e.Code)
		case strings.ContainsAny(e.Message, "\"\\\n"):
			return fmt.Errorf("%v: the message needs escaping", e.Code)
		}
	}
	return nil
}

func (t *tables) readEndpoints() error {
	const name = "endpoints.json"
	var file endpointsFile
	if err := read(name, &file); err != nil {
		return err
	}
	t.rules = file.Rules
	for _, row := range file.Endpoints {
		e, err := t.parseEndpoint(row.Endpoint, row.Codes, row.Note)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t.endpoints = append(t.endpoints, e)
	}
	for _, r := range t.rules {
		if !slices.ContainsFunc(t.codes, func(e Entry) bool { return e.Code == r.Code }) {
			return fmt.Errorf("%s: a rule has the code %v, which is not in codes.json",
				name, r.Code)
		}
	}
	return nil
}

func (t *tables) readResponses() error { return read("responses.json", &t.responses) }

func (t *tables) readLimits() error { return read("limits.json", &t.limits) }

func (t *tables) readAnnounced() error { return read("announced.json", &t.announced) }
