package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

func TestOutputs_UpToDate(t *testing.T) {
	files, err := outputs(root)
	require.NoError(t, err)
	require.Len(t, files, 7)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./internal/reference, because %s is stale", name)
	}
	for range 3 {
		again, err := outputs(root)
		require.NoError(t, err)
		require.Equal(t, files, again)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	require.ErrorContains(t, write(dir), "README.md")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README.md"), readme, 0o600))
	require.Error(t, write(dir), "it has no directory docs")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "docs"), 0o755))
	require.NoError(t, write(dir))
	files, err := outputs(root)
	require.NoError(t, err)
	for name := range files {
		require.FileExists(t, filepath.Join(dir, filepath.FromSlash(name)))
	}
}
