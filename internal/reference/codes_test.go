package reference_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// The table has the same constants as package pkerr, in the same order.
func TestCodes(t *testing.T) {
	var codes []pkerr.Code
	for e := range reference.Codes() {
		c := pkerr.Code(e.Code)
		codes = append(codes, c)
		require.Equal(t, c.Number(), e.Code.Number())
		require.Equal(t, c.Status(), e.Code.Status())
		require.Equal(t, c.String(), e.Code.String())
		require.Equal(t, c.Name(), e.Name)
		require.Equal(t, c.Message(), e.Message)
		require.Equal(t, c.Base().Name(), e.Base)
		require.Equal(t, pkerr.ActionOf(c).String(), string(e.Action))
		found, ok := reference.Of(e.Code)
		require.True(t, ok)
		require.Equal(t, e, found)
	}
	require.Equal(t, slices.Collect(pkerr.Codes()), codes)

	for _, c := range []reference.Code{0, 20002_410, 99999_404, 418} {
		_, ok := reference.Of(c)
		require.False(t, ok, "%v", c)
	}
}

func TestGroups(t *testing.T) {
	var codes []reference.Entry
	for g := range reference.Groups() {
		require.NotEmpty(t, g.Title)
		require.Regexp(t, sentences, string(g.Doc))
		codes = append(codes, g.Codes...)
	}
	require.Equal(t, slices.Collect(reference.Codes()), codes)
}

// documents is a row of testdata/errors.md, which is written by hand: what the
// API sends, and what its documentation says.
type documents struct {
	number, status, message, page, name, sent string
}

// readErrors returns the rows of testdata/errors.md.
func readErrors(t *testing.T) (rows []documents) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/errors.md")
	require.NoError(t, err)
	var columns []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		switch {
		case cells[0] == "number":
			columns = cells
		case len(cells) == len(columns):
			cell := func(column string) string {
				if i := slices.Index(columns, column); i >= 0 {
					return cells[i]
				}
				return ""
			}
			rows = append(rows, documents{
				cell("number"), cell("status"), cell("message"), cell("the page says"), cell("constant"), cell("sent today"),
			})
		}
	}
	require.Len(t, rows, 39)
	return rows
}

// No row of the documented table is lost or changed. The table may have more.
func TestCodes_Documented(t *testing.T) {
	byName := map[string]reference.Entry{}
	for e := range reference.Codes() {
		byName[e.Name] = e
	}
	documented := 0
	for _, row := range readErrors(t) {
		e, ok := byName[row.name]
		require.True(t, ok, "codes.json has a row for %s", row.name)
		require.Equal(t, row.number+"/"+row.status, e.Code.String(), row.name)
		require.Equal(t, row.message, e.Message, row.name)
		require.Equal(t, row.page, e.Page, row.name)
		require.Equal(t, row.page != "", e.Documented(), row.name)
		require.Equal(t, row.sent, e.Sent.How, row.name)
		require.Equal(t, !regexp.MustCompile(`^(no|practically never)\b`).MatchString(row.sent), e.Sent.Today, row.name)
		if day := e.Sent.Until; strings.HasPrefix(row.sent, "no, since ") {
			until, err := time.Parse(time.DateOnly, day)
			require.NoError(t, err)
			require.Equal(t, "no, since "+until.Format("January 2006"), row.sent)
		}
		if e.Documented() {
			documented++
		}
	}
	require.Equal(t, 29, documented)
}

func TestCodes_Days(t *testing.T) {
	for e := range reference.Codes() {
		for _, day := range []string{e.Sent.Since, e.Sent.Until} {
			if day != "" {
				_, err := time.Parse(time.DateOnly, day)
				require.NoError(t, err, e.Name)
			}
		}
		if e.Sent.Until != "" {
			require.False(t, e.Sent.Today, "%s is sent, or it was until a day", e.Name)
			require.Less(t, e.Sent.Since, e.Sent.Until, e.Name)
		}
	}
}

// The source of a code is a proxy, or a line of the server for which the corpus
// has a response with that code.
func TestCodes_Source(t *testing.T) {
	corpus := readCorpus(t)
	form := regexp.MustCompile(`^(?:proxy: )?([^;:]+(?::\d+)?)(; [^;]+)?$`)
	checked := 0
	for e := range reference.Codes() {
		parts := form.FindStringSubmatch(e.Source)
		require.NotNil(t, parts, "%s: %s", e.Name, e.Source)
		known, found := false, false
		for _, r := range corpus {
			if reference.Code(r.Expect.Code*1000+int64(r.Status)) == e.Code {
				known = true
				found = found || r.Source == parts[1]
			}
		}
		require.Equal(t, known, found, "%s: the corpus has no response of it from %s", e.Name, parts[1])
		if known {
			checked++
		}
	}
	require.GreaterOrEqual(t, checked, 39)
	e, _ := reference.Of(20002_404)
	require.Regexp(t, `^server source at [0-9a-f]{8}, \d{4}-\d\d-\d\d: PluralKit.API/Errors.cs:\d+$`, e.FullSource())
	e, _ = reference.Of(413)
	require.Equal(t, "proxy: self-hosted nginx", e.FullSource())
	require.Regexp(t, `^PluralKit's public server source, main at [0-9a-f]{8}, \d{4}-\d\d-\d\d$`, reference.Source())
}

func TestCodes_Variants(t *testing.T) {
	corpus := readCorpus(t)
	seen := 0
	for e := range reference.Codes() {
		for _, v := range e.Variants {
			seen++
			start, open := strings.CutSuffix(v, "…")
			found := false
			for _, r := range corpus {
				fits := r.Expect.Message == v || open && strings.HasPrefix(r.Expect.Message, start)
				found = found || fits && reference.Code(r.Expect.Code*1000+int64(r.Status)) == e.Code
			}
			require.True(t, found, "%s: %s", e.Name, v)
			require.NotEqual(t, e.Message, v)
		}
	}
	require.Positive(t, seen)
}

// sentences is the form of every text.
const sentences = `^[A-Z\[` + "`" + `].*[^ ]\.$`

// Every text is present and consists of sentences, and text in brackets is a
// name.
func TestCodes_Texts(t *testing.T) {
	names := []string{"errors.Is", "FieldErrors", "Fields", "Length", "Ref", "RetryAfter"}
	for e := range reference.Codes() {
		names = append(names, e.Name)
	}
	for e := range reference.Codes() {
		texts := append([]reference.Text{e.Meaning, e.Advice}, slices.Concat(e.Notes, e.Details)...)
		if e.Cause != "" {
			texts = append(texts, e.Cause)
		}
		for _, text := range texts {
			require.Regexp(t, sentences, string(text), e.Name)
			require.Equal(t, strings.Join(strings.Fields(string(text)), " "), string(text), e.Name)
			require.NotRegexp(t, "[\u00ab\u00bb]|\\bwhere\\b", string(text), e.Name)
			text.Link(func(name string) string {
				require.Contains(t, names, name, e.Name)
				return ""
			})
		}
	}
}

func TestEntry_Kin(t *testing.T) {
	for code, want := range map[reference.Code]string{
		20002_404: "[MemberNotFoundWithRef] also matches it.",
		20003_404: "It refines [MemberNotFound].",
		20001_404: "",
		404:       "",
	} {
		e, _ := reference.Of(code)
		require.Equal(t, want, string(e.Kin()))
	}
}

func TestCode(t *testing.T) {
	for _, test := range []struct {
		text, anchor string
		code         reference.Code
	}{
		{"20003/404", "20003", 20003_404},
		{"0/404", "404", 404},
	} {
		var c reference.Code
		require.NoError(t, c.UnmarshalText([]byte(test.text)))
		require.Equal(t, test.code, c)
		require.Equal(t, test.text, c.String())
		marshaled, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, test.text, string(marshaled))
		require.Equal(t, test.anchor, c.Anchor())
	}
	for _, text := range []string{"", "/", "404", "20003/", "20003/99", "20003/1000", "-1/404", "020003/404", "20003/404/1", "1e3/404"} {
		c := reference.Code(404)
		require.ErrorContains(t, c.UnmarshalText([]byte(text)), "is not a code", text)
		require.Equal(t, reference.Code(404), c)
	}
}

// Every action is used by a code, except the one for statuses that have no code
// of their own.
func TestActions(t *testing.T) {
	used := map[reference.Action]bool{reference.Verify: true}
	for e := range reference.Codes() {
		used[e.Action] = true
	}
	for a := range reference.Actions() {
		require.True(t, used[a], "%s", a)
		require.NotContains(t, a.Words(), "_")
		var back reference.Action
		require.NoError(t, back.UnmarshalText([]byte(a)))
		require.Equal(t, a, back)
	}
	require.Len(t, used, len(slices.Collect(reference.Actions())))

	a := reference.Report
	require.ErrorContains(t, a.UnmarshalText([]byte("give up")), `"give up" is not one of ["retry" `)
	require.Equal(t, reference.Report, a)
}
