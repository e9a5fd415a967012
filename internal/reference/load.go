package reference

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed codes.json endpoints.json responses.json limits.json
var files embed.FS

// tables are the files, parsed.
type tables struct {
	codes     []Entry
	endpoints []Endpoint
	rules     []Rule
	responses []Uncoded
	limits    RateLimits
}

// loaded is not a sync.OnceValue, which would be made when the program starts.
//
//nolint:gochecknoglobals // It is written once, by load.
var loaded struct {
	once sync.Once
	tables
}

// load returns the tables, which nobody changes.
func load() *tables {
	loaded.once.Do(func() {
		t := &loaded.tables
		t.readEndpoints()
		read("codes.json", &t.codes)
		read("responses.json", &t.responses)
		read("limits.json", &t.limits)
	})
	return &loaded.tables
}

func (t *tables) readEndpoints() {
	const name = "endpoints.json"
	var file struct {
		Endpoints []struct {
			Endpoint string   `json:"endpoint"`
			Codes    []string `json:"codes"`
			Note     Text     `json:"note"`
		} `json:"endpoints"`
		Rules []Rule `json:"rules"`
	}
	read(name, &file)
	t.rules = file.Rules
	for _, row := range file.Endpoints {
		e, err := parseEndpoint(row.Endpoint, row.Codes, row.Note)
		must(name, err)
		t.endpoints = append(t.endpoints, e)
	}
}

// read parses a file. A key that nobody reads is a typing error.
func read(name string, dst any) {
	file, err := files.Open(name)
	must(name, err)
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	must(name, decoder.Decode(dst))
}

// must panics if a file is broken, which the tests would tell: the files are part of this package.
func must(name string, err error) {
	if err != nil {
		panic(fmt.Sprintf("reference: %s is broken: %v", name, err))
	}
}
