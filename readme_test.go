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

// Every Go program of the README is one that the tests compile.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	compiled, err := os.ReadFile("example_readme_test.go")
	require.NoError(t, err)

	programs := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, programs, 4, "a client, a server, a test and a bot")
	for _, program := range programs {
		require.Contains(t, string(compiled), program[1])
	}
}

// The table of the README has a row for every code, and no other.
func TestREADMETable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var want []string
	for code := range pkerr.Codes() {
		base := ""
		if code.Base() != 0 {
			base = "`" + code.Base().Name() + "`"
		}
		want = append(want, fmt.Sprintf("| %d | %d | `%s` | %s | %s |", code.Number(), code.Status(), code.Name(), code.Message(), base))
	}
	rows := regexp.MustCompile(`(?m)^\| \d+ \|.*$`).FindAllString(string(readme), -1)
	require.Equal(t, strings.Join(want, "\n"), strings.Join(rows, "\n"))
}
