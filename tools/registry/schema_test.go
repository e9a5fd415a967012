package registry_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// root is the relative path of the repository.
const root = "../.."

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	require.NoError(t, err)
	return text
}

func parse(t *testing.T, document []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	return value
}

// compile checks a schema of docs against that of JSON Schema, and returns it.
func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource(name, parse(t, read(t, "docs/"+name))))
	schema, err := compiler.Compile(name)
	require.NoError(t, err)
	require.Equal(t, 2020, schema.DraftVersion)
	return schema
}

func TestErrorsJSON_Schema(t *testing.T) {
	require.NoError(t, compile(t, "errors.schema.json").Validate(parse(t, read(t, "docs/errors.json"))))
}

// A registry that lacks a key or has a value of another type is not valid.
func TestErrorsJSON_Damaged(t *testing.T) {
	schema := compile(t, "errors.schema.json")
	document := parse(t, read(t, "docs/errors.json"))
	damages := 0
	var visit func(value any)
	visit = func(value any) {
		switch value := value.(type) {
		case []any:
			if len(value) > 0 {
				visit(value[0])
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				kept := value[key]
				delete(value, key)
				require.Error(t, schema.Validate(document), "without %q", key)
				value[key] = []any{[]any{}}
				require.Error(t, schema.Validate(document), "%q is a list of lists", key)
				value[key] = kept
				visit(kept)
				damages += 2
			}
		}
	}
	visit(document)
	require.NoError(t, schema.Validate(document), "the document is restored")
	require.Greater(t, damages, 80)
}

// row is the part of a row of the corpus that these tests use.
type row struct {
	ID       string `json:"id"`
	Status   int    `json:"status"`
	Body     string `json:"body"`
	Generate any    `json:"generate"` // how to build a body that is too large for the file
	Expect   struct {
		Code *int64 `json:"code"`
	} `json:"expect"`
}

// corpus returns the rows of the corpus that have a body.
func corpus(t *testing.T) (rows []row) {
	t.Helper()
	for line := range strings.Lines(string(read(t, "testdata/corpus.jsonl"))) {
		var r row
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		if r.Generate == nil {
			rows = append(rows, r)
		}
	}
	return rows
}

// otherShapes are the responses of the corpus with a code in another shape than
// the documented model. Today's API sends none of them.
var otherShapes = map[string]string{
	"hist-401-error-key": "the message is in the key error",
	"hist-400-error-key": "the message is in the key error",
	"hist-410-doubled":   "two documents in a row",
	"hist-errors-mixed":  "an error object that is not in a list",
	"dev-errors-array":   "errors as a list",
}

// Exactly the bodies with a code are valid.
func TestErrorResponse_Corpus(t *testing.T) {
	schema := compile(t, "error-response.schema.json")
	valid, refused := 0, map[string]bool{}
	for _, r := range corpus(t) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(r.Body))
		if err == nil {
			err = schema.Validate(value)
		}
		switch {
		case r.Expect.Code == nil:
			require.Error(t, err, r.ID)
		case otherShapes[r.ID] != "":
			require.Error(t, err, "%s: %s", r.ID, otherShapes[r.ID])
			refused[r.ID] = true
		default:
			require.NoError(t, err, r.ID)
			valid++
		}
	}
	require.Len(t, refused, len(otherShapes))
	require.GreaterOrEqual(t, valid, 130)
}

func TestErrorResponse_Damaged(t *testing.T) {
	schema := compile(t, "error-response.schema.json")
	const whole = `{"message":"m","code":40001,"errors":{"name":[{"message":"m","actual_length":2,"max_length":1}]},` +
		`"retry_after":0,"scope":"generic_get","a key of tomorrow":null}`
	require.NoError(t, schema.Validate(parse(t, []byte(whole))))
	for _, change := range [][2]string{
		{`"message":"m","code"`, `"code"`},
		{`"message":"m","code"`, `"message":null,"code"`},
		{`"code":40001,`, ``},
		{`40001`, `"40001"`},
		{`40001`, `-1`},
		{`40001`, `1.5`},
		{`{"name":[`, `{"name":`},
		{`[{"message":"m",`, `[{`},
		{`"actual_length":2`, `"actual_length":"2"`},
		{`"max_length":1`, `"max_length":-1`},
		{`"retry_after":0`, `"retry_after":0.5`},
		{`"generic_get"`, `""`},
		{`"generic_get"`, `7`},
	} {
		damaged := strings.Replace(whole, change[0], change[1], 1)
		if change[1] == `{"name":` {
			damaged = strings.Replace(damaged, `}]}`, `}}`, 1)
		}
		require.NotEqual(t, whole, damaged)
		require.Error(t, schema.Validate(parse(t, []byte(damaged))), damaged)
	}
	for _, other := range []string{`{}`, `[]`, `"Member not found."`, `null`, `{"message":"m","code":1,"errors":{}}`,
		`{"message":"m","code":1,"errors":[]}`, `{"message":"m","code":1,"errors":{"name":[]}}`} {
		require.Error(t, schema.Validate(parse(t, []byte(other))), other)
	}
}

// The registry has the codes of the corpus, except those of other versions.
func TestErrorsJSON_Corpus(t *testing.T) {
	var registry struct {
		Codes []struct {
			Code string `json:"code"`
		} `json:"codes"`
	}
	require.NoError(t, json.Unmarshal(read(t, "docs/errors.json"), &registry))
	known := map[string]bool{}
	for _, c := range registry.Codes {
		require.False(t, known[c.Code], c.Code)
		known[c.Code] = true
	}
	for _, r := range corpus(t) {
		if r.Expect.Code == nil || strings.HasPrefix(r.ID, "dev-") {
			continue
		}
		require.True(t, known[strconv.FormatInt(*r.Expect.Code, 10)+"/"+strconv.Itoa(r.Status)], r.ID)
	}
}
