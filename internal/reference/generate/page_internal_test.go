package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// readPage returns the page as it is in the repository.
func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "errors.md"))
	require.NoError(t, err)
	return string(text)
}

// section returns the text below a heading, up to the next one of its level.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, "\n"+heading+"\n")
	require.True(t, found, heading)
	level, _, _ := strings.Cut(heading, " ")
	text, _, _ := strings.Cut(rest, "\n"+level+" ")
	return text
}

func TestRenderPage_Codes(t *testing.T) {
	page := readPage(t)
	tree := section(t, page, "## What should I do about this error?")
	table := section(t, page, "## All codes")
	count := 0
	for e := range reference.Codes() {
		count++
		id := e.Code.Anchor()
		require.Contains(t, tree, "(#"+id+")", "the tree has %s", e.Name)
		require.Contains(t, table, "\n| ["+e.Code.String()+"](#"+id+") | `"+e.Name+"` | "+markdown(e.Meaning))

		// Its section follows its two anchors.
		heading := "### " + e.Code.String() + " " + e.Name
		require.Contains(t, page, "\n<a id=\""+id+"\"></a><a id=\""+e.Name+"\"></a>\n\n"+heading+"\n")
		text := section(t, page, heading)
		for _, want := range append([]reference.Text{e.Meaning, e.Cause, e.Advice, e.Kin()}, slices.Concat(e.Notes, e.Details)...) {
			require.Contains(t, text, markdown(want), e.Name)
		}
		for _, want := range []string{"`" + e.Message + "`", "`" + constant(e.Action) + "`", e.Sent.How, e.Source} {
			require.Contains(t, text, want, e.Name)
		}
		if e.Page != e.Message {
			require.Contains(t, text, e.Page, e.Name)
		}
		for sender := range reference.Senders(e.Code) {
			require.Contains(t, text, "\n  - `"+sender.String()+"`", e.Name)
		}
	}
	require.Equal(t, count, strings.Count(table, "\n| ["))
}

func TestRenderPage_Endpoints(t *testing.T) {
	text := section(t, readPage(t), "## Which endpoints send which errors")
	count := 0
	for e := range reference.Endpoints() {
		count++
		_, row, found := strings.Cut(text, "\n| `"+e.String()+"` | ")
		require.True(t, found, "%s", &e)
		row, _, _ = strings.Cut(row, "\n")
		require.Equal(t, len(e.Answers), strings.Count(row, "]("), row)
		for _, a := range e.Answers {
			want := link(a.Code)
			if a.OnlyMe {
				want += `\*`
			}
			require.Contains(t, row, want)
		}
	}
	require.Equal(t, count, strings.Count(text, "\n| `"))
	for r := range reference.Rules() {
		require.Contains(t, text, " | "+string(r.Where)+" | "+markdown(r.When)+" |\n")
	}
}

func TestRenderPage_ResponsesAndLimits(t *testing.T) {
	page := readPage(t)
	all := section(t, page, "## Responses without a code")
	for u := range reference.UncodedResponses() {
		text := section(t, all, "### From "+string(u.Origin))
		require.Contains(t, text, "\n- **"+statuses(u.Statuses)+"**")
		require.Contains(t, text, "\n  - **When:** "+markdown(u.When)+"\n  - **What to do:** "+markdown(u.Advice)+"\n")
	}
	_, text, _ := strings.Cut(page, "\n## Rate limits\n")
	limits := reference.Limits()
	for _, l := range limits.Limits {
		require.Contains(t, text, "\n| `"+l.Scope+"` |")
	}
	for a := range reference.Announced() {
		for _, want := range append(slices.Clone(a.Notes), a.Name) {
			require.Contains(t, text, "- "+markdown(want)+"\n")
		}
		for _, c := range a.Codes {
			require.Contains(t, text, c.String())
		}
		for _, e := range a.Endpoints {
			require.Contains(t, text, "`"+e+"`")
		}
	}
	for _, facts := range [][]reference.Text{limits.Counting, limits.Headers, limits.Quirk} {
		for _, fact := range facts {
			require.Contains(t, text, "\n- "+markdown(fact)+"\n")
		}
	}
}

// A bar in a text would add a cell.
func TestRenderPage_TableColumns(t *testing.T) {
	width, rows := 0, 0
	for line := range strings.Lines(readPage(t)) {
		bars := strings.Count(line, "|")
		if !strings.HasPrefix(line, "|") {
			width = 0
			continue
		}
		if width == 0 {
			width = bars
		}
		rows++
		require.Equal(t, width, bars, line)
	}
	require.Greater(t, rows, 39+36)
}

func TestMarkdown(t *testing.T) {
	require.Equal(t, "A [`NotFound`](#NotFound) by `errors.Is`, with `pkerr.Ref`.",
		markdown("A [NotFound] by [errors.Is], with [Ref]."))
	require.Equal(t, "[20003](#20003)", link(20003_404))
	require.Equal(t, "[404](#404)", link(404))
	require.Equal(t, "Any status", statuses(nil))
	require.Equal(t, "502, 503", statuses([]int{502, 503}))
}
