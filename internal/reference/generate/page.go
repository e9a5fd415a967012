package main

import (
	"bytes"
	_ "embed"
	"iter"
	"slices"
	"text/template"

	"github.com/pkerr/pkerr/internal/reference"
)

//go:embed errors.md.tmpl
var layout string

// page is what the template is given. There are pointers where it calls methods.
type page struct {
	Source    string
	Codes     []*reference.Entry
	Endpoints []*reference.Endpoint
	Rules     []reference.Rule
	Responses []reference.Uncoded
	Rates     reference.RateLimits
	Limits    []*reference.Limit
}

// render returns the page.
func render() ([]byte, error) {
	t, err := template.New("errors.md").Funcs(functions()).Parse(layout)
	if err != nil {
		return nil, err
	}
	rates := reference.Limits()
	var out bytes.Buffer
	err = t.Execute(&out, page{
		Source:    reference.Source,
		Codes:     pointers(reference.Codes()),
		Endpoints: pointers(reference.Endpoints()),
		Rules:     slices.Collect(reference.Rules()),
		Responses: slices.Collect(reference.UncodedResponses()),
		Rates:     rates,
		Limits:    pointers(slices.Values(rates.Limits)),
	})
	return out.Bytes(), err
}

func pointers[T any](seq iter.Seq[T]) (all []*T) {
	for v := range seq {
		all = append(all, &v)
	}
	return all
}
