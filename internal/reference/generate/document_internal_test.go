package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestYAML(t *testing.T) {
	require.Equal(t, `a: "x: <y>"
"404": 404
"$ref": true
"a b": {}
list:
  - "one"
  - two:
      - 2
    three: null
`, string(yaml(object{
		{"a", "x: <y>"},
		{"404", 404},
		{"$ref", true},
		{"a b", object{}},
		{"list", []any{"one", object{{"two", []any{2}}, {"three", nil}}}},
	})))
}

func TestObject_MarshalJSON(t *testing.T) {
	o := object{{"z", "<&>"}, {"a", object{}}, {"m", []any{1, object{{"k", nil}}}}}
	text, err := encode(o, "")
	require.NoError(t, err)
	require.Equal(t, `{"z":"<&>","a":{},"m":[1,{"k":null}]}`+"\n", string(text))
	_, err = json.Marshal(object{{"f", func() {}}})
	require.Error(t, err)
}
