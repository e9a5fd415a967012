package conventions_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// readLines returns the lines of a file of the repository.
func readLines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return strings.Split(string(text), "\n")
}

// Comments are at most 80 columns wide, with tabs of 4. Directives, words that
// cannot be broken, and the output of examples may be wider.
func TestComments_Width(t *testing.T) {
	directive := regexp.MustCompile(`^//(go:|nolint)`)
	output := regexp.MustCompile(`^// (Unordered output|Output):`)
	walk(t, func(name string) {
		if path.Ext(name) != ".go" {
			return
		}
		inOutput := false
		for i, line := range readLines(t, name) {
			comment := strings.TrimLeft(line, "\t")
			if !strings.HasPrefix(comment, "//") {
				inOutput = false
				continue
			}
			inOutput = inOutput || output.MatchString(comment)
			breakable := strings.Contains(strings.TrimPrefix(comment, "// "), " ")
			if inOutput || directive.MatchString(comment) || !breakable {
				continue
			}
			width := 4*(len(line)-len(comment)) + utf8.RuneCountInString(comment)
			require.LessOrEqual(t, width, 80, "%s:%d: %s", name, i+1, comment)
		}
	})
}

// Prose has plain quotation marks. Guillemets are for quoted texts of languages
// that use them, as in package locale.
func TestProse_Quotes(t *testing.T) {
	guillemets := string([]rune{'\u00ab', '\u00bb'})
	walk(t, func(name string) {
		switch path.Ext(name) {
		case ".go", ".md", ".txt", ".tmpl", ".html", ".yml", ".yaml":
		default:
			return
		}
		quotes := strings.HasPrefix(name, "locale/") && strings.HasSuffix(name, "_test.go")
		if quotes || strings.Contains(name, "testdata/") {
			return
		}
		for i, line := range readLines(t, name) {
			require.False(t, strings.ContainsAny(line, guillemets), "%s:%d: %s", name, i+1, line)
		}
	})
}
