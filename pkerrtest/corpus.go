package pkerrtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
)

// The corpus is that of the repository, which go:embed cannot reach. A test compares the two.
//
//go:generate cp ../testdata/corpus.jsonl testdata/corpus.jsonl
//go:embed testdata/corpus.jsonl
var corpus string

// corpusRow is what is read of a line.
type corpusRow struct {
	ID         string            `json:"id"`
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       *string           `json:"body"`
	BodyBase64 []byte            `json:"body_base64"`
}

// Responses iterates over every response that the API and the proxies before it are known to send, with a name for each that
// stays the same, such as "rl-get-zero". Most are errors, of every code; a few are redirects and successes, which are
// mistaken for errors. There are those that a client trips over: empty bodies and HTML, texts labelled as JSON and
// JSON labelled as text, what older versions sent, and a body of one MiB.
//
// Run your own client against them: none should make it panic, and each with a status of 400 or more should give an error that
// knows that status. What there is to find in a response, client.Decode tells.
//
// Every iteration makes new responses, each with a body that can be read once, and without a Request. There will be more of
// them in later versions.
func Responses() iter.Seq2[string, *http.Response] {
	return func(yield func(string, *http.Response) bool) {
		for line := range strings.Lines(corpus) {
			var row corpusRow
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				panic(fmt.Sprintf("pkerrtest: the corpus is broken: %v", err)) // it is part of this package, and has a test
			}
			header := http.Header{}
			for key, value := range row.Headers {
				header.Set(key, value)
			}
			if !yield(row.ID, newResponse(row.Status, header, row.body())) { //nolint:bodyclose // It is for the caller to read.
				return
			}
		}
	}
}

func (r *corpusRow) body() []byte {
	switch {
	case r.Body != nil:
		return []byte(*r.Body)
	case r.ID == "reflect-1mb":
		// It is too large to be written down.
		return []byte(`{"message":"Member '` + strings.Repeat("a", 1<<20) + `' not found.","code":20003}`)
	}
	return r.BodyBase64
}
