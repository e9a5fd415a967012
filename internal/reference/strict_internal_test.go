package reference

import (
	"encoding/json"
	"flag"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// If the files are broken, all other tests would panic.
func TestMain(m *testing.M) {
	flag.Parse()
	if Check() != nil {
		_ = flag.Set("test.run", "^TestFiles$")
	}
	m.Run()
}

// Every row has exactly its keys.
func TestFiles(t *testing.T) {
	require.NoError(t, Check())
}

// A row that lacks any of its keys is rejected.
func TestRead_MissingKey(t *testing.T) {
	for name, dst := range map[string]any{
		"codes.json":     new(codesFile),
		"endpoints.json": new(endpointsFile),
		"responses.json": new([]Uncoded),
		"limits.json":    new(RateLimits),
		"announced.json": new([]Announcement),
	} {
		data, err := files.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, unmarshal(data, dst), name)
		count := 0
		for changed, key := range withoutOneKey(t, data) {
			count++
			require.ErrorContains(t, unmarshal(changed, dst), `the key "`+key+`" is missing`, name)
		}
		require.GreaterOrEqual(t, count, 4, name)
	}
}

func TestRead_OtherKeys(t *testing.T) {
	for row, want := range map[string]string{
		`{"code":"0/404","where":"by proxies","when":"Now.","why":""}`:       `[0]: the key "why" is unknown`,
		`{"code":"0/404","where":"by proxies","when":"Now.","When":"Now."}`:  `[0]: the key "When" is unknown`,
		`{"code":"0/404","where":"by proxies","When":"Now."}`:                `[0]: the key "when" is missing`,
		`{"code":"0/404","where":"by proxies","when":"Now.","when":"Then."}`: `[0]: the key "when" is repeated`,
		`{"code":"0/404","where":"by proxies","when":null}`:                  `[0].when is null`,
		`{"code":null,"where":"by proxies","when":"Now."}`:                   `[0].code is null`,
		`{"code":"0/404","where":"by proxies","when":"Now."}`:                "",
		`null`: `[0] is null`,
	} {
		err := unmarshal([]byte("["+row+"]"), new([]Rule))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, want)
	}
	require.ErrorContains(t, read("codes.json", new([]Rule)), "codes.json: ")
	require.Error(t, read("nothing.json", new([]Entry)))
	require.ErrorContains(t, unmarshal([]byte(`[] []`), new([]Rule)), "after top-level value")
}

// withoutOneKey iterates over copies of a JSON document that lack one key, with
// that key. It looks only at the first item of a list.
func withoutOneKey(t *testing.T, document []byte) iter.Seq2[[]byte, string] {
	t.Helper()
	return func(yield func([]byte, string) bool) {
		var root any
		require.NoError(t, json.Unmarshal(document, &root))
		var walk func(value any) bool
		walk = func(value any) bool {
			switch value := value.(type) {
			case []any:
				return len(value) == 0 || walk(value[0])
			case map[string]any:
				for _, key := range slices.Sorted(maps.Keys(value)) {
					removed := value[key]
					delete(value, key)
					text, err := json.Marshal(root)
					require.NoError(t, err)
					value[key] = removed
					if !yield(text, key) || !walk(removed) {
						return false
					}
				}
			}
			return true
		}
		walk(root)
	}
}
