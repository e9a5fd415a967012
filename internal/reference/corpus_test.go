package reference_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// response is the part of a row of the corpus that these tests use.
type response struct {
	ID      string            `json:"id"`
	Source  string            `json:"source"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Expect  struct {
		Code    int64  `json:"code"` // also 0 if absent
		Message string `json:"message"`
		Scope   string `json:"scope"`
	} `json:"expect"`
}

// readCorpus returns the rows of the corpus by their names.
func readCorpus(t *testing.T) map[string]response {
	t.Helper()
	text, err := os.ReadFile("../../testdata/corpus.jsonl")
	require.NoError(t, err)
	corpus := map[string]response{}
	for line := range strings.Lines(string(text)) {
		var r response
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		corpus[r.ID] = r
	}
	require.GreaterOrEqual(t, len(corpus), 191)
	return corpus
}
