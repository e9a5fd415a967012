package pkerr_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// Every Go program of the README is part of one that the tests compile. Only
// the indentation may differ.
func TestREADME_Programs(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	compiled, err := os.ReadFile("example_readme_test.go")
	require.NoError(t, err)

	programs := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, programs, 6)
	for _, program := range programs {
		require.Contains(t, unindent(string(compiled)), unindent(program[1]))
	}
}

// unindent removes the indentation of each line.
func unindent(text string) string {
	return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(text, "")
}

// The rows of the README are those of the table.
func TestREADME_Codes(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	all := map[string]bool{}
	for code := range pkerr.Codes() {
		base := ""
		if code.Base() != 0 {
			base = "`" + code.Base().Name() + "`"
		}
		all[fmt.Sprintf("| %d | %d | `%s` | %s | %s |", code.Number(), code.Status(), code.Name(), code.Message(), base)] = true
	}
	rows := regexp.MustCompile(`(?m)^\| \d+ \|.*$`).FindAllString(string(readme), -1)
	require.Len(t, rows, 10)
	for _, row := range rows {
		require.True(t, all[row], "%s", row)
	}
}
