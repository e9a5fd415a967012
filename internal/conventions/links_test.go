package conventions_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// Every link of a page to a file or an anchor has a target.
func TestLinks(t *testing.T) {
	pages := map[string]page{}
	walk(t, func(path string) {
		if strings.HasSuffix(path, ".md") {
			text, err := os.ReadFile(filepath.Join(root, path))
			require.NoError(t, err)
			pages[path] = readPage(string(text))
		}
	})
	for path, p := range pages {
		for _, link := range p.links {
			file, anchor, _ := strings.Cut(link, "#")
			target := path
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(path), file))
				_, err := os.Stat(filepath.Join(root, target))
				require.NoError(t, err, "%s links to %s", path, link)
			}
			if anchor != "" {
				require.Contains(t, pages[target].anchors, anchor, "%s links to %s", path, link)
			}
		}
	}
	errors := pages["docs/errors.md"]
	require.Greater(t, len(errors.anchors), 2*39)
	require.Greater(t, len(errors.links), 200)
	for anchor, n := range errors.anchors {
		require.Equal(t, 1, n, "#%s is there twice", anchor)
	}
}

// page has the links of a Markdown page within the repository, and counts its
// anchors.
type page struct {
	links   []string
	anchors map[string]int
}

func readPage(text string) page {
	text = regexp.MustCompile("(?s)\n```.*?\n```\n").ReplaceAllString("\n"+text, "\n\n")
	p := page{anchors: map[string]int{}}
	for _, m := range regexp.MustCompile(`<a id="([^"]*)">`).FindAllStringSubmatch(text, -1) {
		p.anchors[m[1]]++
	}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		slug := slugOf(m[1])
		for i := 1; p.anchors[slug] > 0; i++ {
			slug = slugOf(m[1]) + "-" + strconv.Itoa(i)
		}
		p.anchors[slug]++
	}
	// [text](link "title"), [name]: link, and <img src="link">
	links := regexp.MustCompile(`\]\(([^)\s]*)[^)]*\)|(?m:^\[[^\]]+\]: (\S+))|\b(?:href|src)="([^"]*)"`)
	for _, m := range links.FindAllStringSubmatch(text, -1) {
		if link := m[1] + m[2] + m[3]; !strings.Contains(link, "://") && !strings.HasPrefix(link, "mailto:") {
			p.links = append(p.links, link)
		}
	}
	return p
}

// slugOf returns the anchor that GitHub generates for a heading.
func slugOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

func TestReadPage(t *testing.T) {
	p := readPage("# A `b`, c\n\n## A b c\n\n<a id=\"d\"></a>[x](#d) [y](e.md#f) [z](https://example.com)\n\n```md\n# No\n[n](n)\n```\n" +
		"![g](h.svg \"A title\") <img src=\"i.svg\"> [j][k]\n\n[k]: l.md\n[m]: https://example.com\n")
	require.Equal(t, map[string]int{"a-b-c": 1, "a-b-c-1": 1, "d": 1}, p.anchors)
	require.Equal(t, []string{"#d", "e.md#f", "h.svg", "i.svg", "l.md"}, p.links)
}
