package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A chart names every line, in searchable text.
func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "chart.svg")
	lines := make([]line, len(limiters()))
	for i, name := range limiters() {
		lines[i] = line{name: name, served: []time.Duration{time.Second, 30 * time.Second}}
	}
	for _, s := range situations() {
		require.NoError(t, s.write(file, lines))
		svg, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(svg), s.title)
		for _, name := range limiters() {
			require.Contains(t, string(svg), ">"+name+"<")
			require.Contains(t, transports(), name)
		}
	}
}
