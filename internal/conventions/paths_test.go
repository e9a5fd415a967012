package conventions_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// No file contains a path of a developer's machine or a package registry.
func TestPaths(t *testing.T) {
	// Brackets keep these patterns from matching themselves.
	bad := regexp.MustCompile(`(^|[^[:alnum:]._/-])/([w]ork|[r]oot|[h]ome|[U]sers)([^[:alnum:]_-]|$)|` +
		`([p]roxy|[s]um)\.golang\.org|[g]oproxy\.(io|cn)|[r]egistry\.npmjs|[p]ypi\.org|[d]eb\.debian`)
	walk(t, func(path string) {
		text, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		if !utf8.Valid(text) {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			require.False(t, bad.MatchString(line), "%s:%d: %s", path, i+1, line)
		}
	})
}
