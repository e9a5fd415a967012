package pkerr_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
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

// CI runs these commands, too.
func TestREADME_Commands(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	checks, err := os.ReadFile(".ci/run")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)\n```sh\n(.*?)```").FindStringSubmatch(string(readme))
	require.NotNil(t, block)
	commands := strings.Split(strings.TrimSpace(block[1]), "\n")
	require.Len(t, commands, 2)
	for _, command := range commands {
		require.Contains(t, string(checks), "\n\ttimeout 600 "+command+"\n")
	}
}

// The rows of the README match the table.
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
