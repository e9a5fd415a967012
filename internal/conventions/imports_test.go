package conventions_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/pkerr/pkerr"

// mayImport lists, for each package that users import, the packages outside of
// the standard library that it may import, directly or indirectly. A path
// includes everything below it.
var mayImport = map[string][]string{
	"":           {"internal/oneline", "internal/verbatim"},
	"/client":    {"", "internal/oneline", "internal/verbatim", "client/internal"},
	"/server":    {"", "internal/oneline", "internal/verbatim"},
	"/locale":    {"", "internal/oneline", "internal/verbatim", "golang.org/x/text"},
	"/pkerrtest": {"", "internal/oneline", "internal/verbatim", "client", "server", "pkerrtest/internal"},
	"/cmd/pkerr": {"", "internal", "client", "server", "locale", "pkerrtest", "cmd/pkerr", "golang.org/x/text"},
}

// imports returns the direct imports of each package of this module.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	_, sources := readModule(t)
	direct := map[string][]string{}
	for _, s := range sources {
		path := module + strings.TrimPrefix("/"+s.dir(), "/.")
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			direct[path] = append(direct[path], imported)
		}
	}
	return direct
}

// reachable returns all direct and indirect imports of a package.
func reachable(direct map[string][]string, path string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(path string) {
		for _, imported := range direct[path] {
			if !seen[imported] {
				seen[imported] = true
				visit(imported)
			}
		}
	}
	visit(path)
	return slices.Sorted(maps.Keys(seen))
}

func TestImports(t *testing.T) {
	direct := imports(t)
	for name, allowed := range mayImport {
		require.Contains(t, direct, module+name)
		for _, imported := range reachable(direct, module+name) {
			if !strings.Contains(strings.Split(imported, "/")[0], ".") {
				continue // the standard library
			}
			require.True(t, slices.ContainsFunc(allowed, func(path string) bool {
				switch {
				case path == "":
					return imported == module
				case !strings.Contains(path, "."):
					path = module + "/" + path
				}
				return imported == path || strings.HasPrefix(imported, path+"/")
			}), "%s imports %s", module+name, imported)
		}
	}
}

func TestImports_RootHasNoHTTP(t *testing.T) {
	for _, imported := range reachable(imports(t), module) {
		require.False(t, imported == "net/http" || strings.HasPrefix(imported, "net/http/"), imported)
	}
}

// testify is only for tests.
func TestImports_Testify(t *testing.T) {
	for path, imported := range imports(t) {
		require.NotContains(t, strings.Join(imported, " "), "testify", path)
	}
}
