package pkerrtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
)

// The corpus is a copy of that in testdata of the repository, which go:embed
// cannot reach. A test compares the two.
//
//go:generate cp ../testdata/corpus.jsonl testdata/corpus.jsonl
//go:embed testdata/corpus.jsonl
var corpus string

// corpusRow is the part of a row that makes up the response.
type corpusRow struct {
	ID         string            `json:"id"`
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       *string           `json:"body"`
	BodyBase64 []byte            `json:"body_base64"`
}

// Responses iterates over all responses that the API and the proxies in front
// of it are known to send, each with a stable name such as "rl-get-zero". Run
// your own client against them: it should not panic, and for a status of 400 or
// more it should return an error with that status.
// [github.com/pkerr/pkerr/client.Decode] returns everything else that a
// response says.
//
// They include one for every code, and those that are hard for clients: empty
// bodies, HTML, text labeled as JSON, JSON labeled as text, the bodies of older
// versions, and a body of 1 MiB. A few are redirects and successes that look
// like errors. Later versions will add more.
//
// Each iteration yields new responses, whose bodies can be read once. Their
// Request is nil.
func Responses() iter.Seq2[string, *http.Response] {
	return func(yield func(string, *http.Response) bool) {
		for line := range strings.Lines(corpus) {
			var row corpusRow
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				panic(fmt.Sprintf("pkerrtest: the corpus is broken: %v", err)) // tested
			}
			header := http.Header{}
			for key, value := range row.Headers {
				header.Set(key, value)
			}
			resp := newResponse(row.Status, header, row.body()) //nolint:bodyclose // The caller closes it.
			if !yield(row.ID, resp) {
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
		// It is too large for the file.
		ref := strings.Repeat("a", 1<<20)
		return []byte(`{"message":"Member '` + ref + `' not found.","code":20003}`)
	}
	return r.BodyBase64
}
