package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

func TestRenderRegistry(t *testing.T) {
	text, err := renderRegistry()
	require.NoError(t, err)
	require.NotRegexp(t, `": (""|\[null\])`, string(text), "null stands for an unknown value")
	var r registry
	require.NoError(t, json.Unmarshal(text, &r))
	entries := slices.Collect(reference.Codes())
	require.Len(t, r.Codes, len(entries))
	for i := range entries {
		e, got := &entries[i], r.Codes[i]
		require.Equal(t, []any{e.Code.String(), e.Name, e.Message, e.Action}, []any{got.Code, got.Name, got.Message, got.Action})
		require.Equal(t, e.Documented(), got.Page != nil, e.Name)
		require.Equal(t, e.Base != "", got.Refines != nil, e.Name)
		require.Len(t, got.Notes, len(e.Notes)+len(e.Details), e.Name)
		require.NotRegexp(t, `\[[A-Z]`, strings.Join(append(got.Notes, got.Meaning, got.Advice), " "), "names have no brackets")
	}
	require.Len(t, r.Endpoints, len(slices.Collect(reference.Endpoints())))
	require.Len(t, r.Rules, len(slices.Collect(reference.Rules())))
	require.Len(t, r.Uncoded, len(slices.Collect(reference.UncodedResponses())))
	require.Len(t, r.Announced, len(slices.Collect(reference.Announced())))
	require.Equal(t, registryLimit{"generic_get", new("own_system_get"), 10, 9, 100, "GET"}, r.Limits.Limits[0])
}

// Every key of the registry is described.
func TestRegistry_Documented(t *testing.T) {
	docs, err := fieldDocs(registrySource)
	require.NoError(t, err)
	count := 0
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice:
			visit(typ.Elem())
		case reflect.Struct:
			for field := range typ.Fields() {
				count++
				require.NotEmpty(t, field.Tag.Get("json"), field.Name)
				if field.Name != "Schema" {
					require.Regexp(t, `^[A-Z].*\.$`, docs[typ.Name()+"."+field.Name], "%s.%s", typ, field.Name)
				}
				visit(field.Type)
			}
		default:
		}
	}
	visit(reflect.TypeFor[registry]())
	require.Greater(t, count, 60)
}

func TestSchemaOf(t *testing.T) {
	require.Equal(t, object{{"type", "array"}, {"items", object{{"type", "boolean"}}}}, docs(nil).schemaOf(reflect.TypeFor[[]bool]()))
	require.Equal(t, object{{"type", []any{"string", "null"}}, {"minLength", 1}}, docs(nil).schemaOf(reflect.TypeFor[*string]()))
	require.Equal(t, object{{"enum", []any{reference.API, reference.Proxy, reference.Private, reference.Outdated}}},
		docs(nil).schemaOf(reflect.TypeFor[reference.Origin]()))
	require.Panics(t, func() { docs(nil).schemaOf(reflect.TypeFor[float64]()) })
}

func TestResponseName(t *testing.T) {
	for status, want := range map[int]string{404: "NotFound", 413: "ContentTooLarge", 501: "NotImplemented", 599: "Status599"} {
		require.Equal(t, want, responseName(status))
	}
}
