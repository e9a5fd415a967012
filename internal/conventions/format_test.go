package conventions_test

import (
	"go/format"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// gofmt would change nothing.
func TestFormat(t *testing.T) {
	_, sources := readSources(t)
	for _, s := range sources {
		text, err := os.ReadFile(filepath.Join(root, s.path))
		require.NoError(t, err)
		formatted, err := format.Source(text)
		require.NoError(t, err, s.path)
		require.Equal(t, string(formatted), string(text), "gofmt -w %s", s.path)
	}
}
