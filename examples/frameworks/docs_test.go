package main

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources returns the files of this program, by their names.
func sources(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files := map[string]string{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			files[name] = string(text)
		}
	}
	return files
}

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/frameworks.md")
	require.NoError(t, err)
	return string(text)
}

// Every code block on the page is part of this program.
func TestDocs_Blocks(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(page(t), -1)
	require.NotEmpty(t, blocks)
	files := sources(t)
	for _, block := range blocks {
		found := false
		for _, text := range files {
			found = found || strings.Contains(text, "\n"+block[1])
		}
		require.True(t, found, "no file has:\n%s", block[1])
		formatted, err := format.Source([]byte(block[1]))
		require.NoError(t, err)
		require.True(t, bytes.Equal(formatted, []byte(block[1])), "gofmt would change:\n%s", block[1])
	}
}

// The page has all of the glue: everything in a framework's file from the first
// function up to the one that adds the routes.
func TestDocs_Glue(t *testing.T) {
	glue := regexp.MustCompile(`(?ms)^func with.*?\n\nfunc route`)
	count := 0
	for name, text := range sources(t) {
		if found := glue.FindString(text); found != "" && name != "main.go" {
			block := "```go\n" + strings.TrimSuffix(found, "\nfunc route") + "```\n"
			require.Contains(t, page(t), block, name)
			count++
		}
	}
	require.Len(t, frameworks(), count)
}
