package reference_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// The table has a row for every constant, in their order, and no other.
func TestCodes(t *testing.T) {
	var codes []pkerr.Code
	for e := range reference.Codes() {
		codes = append(codes, e.Code)
		require.Equal(t, e.Code.Name(), e.Name)
		found, ok := reference.Of(e.Code)
		require.True(t, ok)
		require.Equal(t, e, found)
	}
	require.Equal(t, slices.Collect(pkerr.Codes()), codes)

	for _, c := range []pkerr.Code{0, pkerr.MakeCode(20002, 410), pkerr.MakeCode(99999, 404), pkerr.MakeCode(0, 418)} {
		_, ok := reference.Of(c)
		require.False(t, ok, "%v", c)
	}
}

// documents is a row of testdata/errors.md, which has what the API's own page says.
type documents struct {
	number, status, message, name, sent string
	documented                          bool
}

// readErrors returns the rows of testdata/errors.md by the names of the constants.
func readErrors(t *testing.T) map[string]documents {
	t.Helper()
	text, err := os.ReadFile("../../testdata/errors.md")
	require.NoError(t, err)
	rows := map[string]documents{}
	heading := ""
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if strings.HasPrefix(line, "#") {
			heading = strings.Trim(line, "# \n")
		}
		if _, err := strconv.Atoi(cells[0]); err == nil {
			require.Len(t, cells, 5, "%s", line)
			rows[cells[3]] = documents{cells[0], cells[1], cells[2], cells[3], cells[4], heading == "Documented"}
		}
	}
	return rows
}

func TestCodesAgreeWithTheDocumentedTable(t *testing.T) {
	rows := readErrors(t)
	for e := range reference.Codes() {
		row, ok := rows[e.Name]
		require.True(t, ok, "%s is in testdata/errors.md", e.Name)
		require.Equal(t, e.Code.String(), row.number+"/"+row.status)
		require.Equal(t, e.Code.Message(), row.message)
		require.Equal(t, row.documented, e.Documented, e.Name)
		require.Equal(t, row.sent, e.Sent.How, e.Name)
		require.Equal(t, !regexp.MustCompile(`^(no|practically never)\b`).MatchString(row.sent), e.Sent.Today, e.Name)
		if day := e.Sent.Until; strings.HasPrefix(row.sent, "no, since ") {
			until, err := time.Parse(time.DateOnly, day)
			require.NoError(t, err)
			require.Equal(t, "no, since "+until.Format("January 2006"), row.sent)
		}
		delete(rows, e.Name)
	}
	require.Empty(t, rows, "each of these has a row in codes.json")
}

func TestDays(t *testing.T) {
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

// What is called a place in the server is one where a response with that code was found.
func TestSources(t *testing.T) {
	corpus := readCorpus(t)
	form := regexp.MustCompile(`^(?:server source at [0-9a-f]{8}, \d{4}-\d\d-\d\d|proxy): ([^;]+)(; [^;]+)?$`)
	for e := range reference.Codes() {
		parts := form.FindStringSubmatch(e.Source)
		require.NotNil(t, parts, "%s: %s", e.Name, e.Source)
		found := false
		for _, r := range corpus {
			found = found || r.Source == parts[1] && pkerr.MakeCode(r.Expect.Code, r.Status) == e.Code
		}
		require.True(t, found, "%s: the corpus has none from %s", e.Name, parts[1])
	}
}

func TestVariantsWereSeen(t *testing.T) {
	corpus := readCorpus(t)
	seen := 0
	for e := range reference.Codes() {
		for _, v := range e.Variants {
			seen++
			start, open := strings.CutSuffix(v, "…")
			found := false
			for _, r := range corpus {
				fits := r.Expect.Message == v || open && strings.HasPrefix(r.Expect.Message, start)
				found = found || fits && pkerr.MakeCode(r.Expect.Code, r.Status) == e.Code
			}
			require.True(t, found, "%s: %s", e.Name, v)
			require.NotEqual(t, e.Code.Message(), v)
		}
	}
	require.Positive(t, seen)
}

// Every text is there, and is made of sentences; and what stands in brackets is a name.
func TestTexts(t *testing.T) {
	names := []string{"errors.Is", "FieldErrors", "Fields", "Length", "Ref", "RetryAfter"}
	for c := range pkerr.Codes() {
		names = append(names, c.Name())
	}
	check := func(text reference.Text, of string) {
		require.Regexp(t, `^\(?[A-Z\[].*[^ ]\.\)?$`, string(text), of)
		require.Equal(t, words(string(text)), string(text), of)
		text.Link(func(name string) string {
			require.Contains(t, names, name, of)
			return ""
		})
	}
	for e := range reference.Codes() {
		for _, text := range []reference.Text{e.Meaning, e.Cause, e.Advice} {
			check(text, e.Name)
		}
		for _, text := range append(e.Details, e.Note, e.Class) {
			if text != "" {
				check(text, e.Name)
			}
		}
	}
}

// Nothing that can be done about an error is without an error to do it about.
func TestActions(t *testing.T) {
	used := map[reference.Action]bool{}
	for e := range reference.Codes() {
		used[e.Action] = true
	}
	for a := range reference.Actions() {
		require.True(t, used[a], "%s", a)
		var back reference.Action
		require.NoError(t, back.UnmarshalText([]byte(a)))
		require.Equal(t, a, back)
	}
	require.Len(t, used, len(slices.Collect(reference.Actions())))

	a := reference.Report
	require.ErrorContains(t, a.UnmarshalText([]byte("give up")), `"give up" is not one of ["treat it as success" `)
	require.Equal(t, reference.Report, a)
}

func TestKin(t *testing.T) {
	for code, want := range map[pkerr.Code]string{
		pkerr.MemberNotFound:        "It also matches [MemberNotFoundWithRef].",
		pkerr.MemberNotFoundWithRef: "It is a [MemberNotFound].",
		pkerr.SystemNotFound:        "",
		pkerr.NotFound:              "",
	} {
		e, _ := reference.Of(code)
		require.Equal(t, want, string(e.Kin()))
	}
	for e := range reference.Codes() {
		require.Equal(t, e.Code.Base() != 0, strings.HasPrefix(string(e.Kin()), "It is a "))
		require.True(t, e.Code.Base() == 0 || errors.Is(e.Code, e.Code.Base()))
	}
}

func TestDoc(t *testing.T) {
	e := reference.Entry{
		Code: pkerr.SwitchNotFound, Name: "SwitchNotFound",
		Cause: "A cause.", Advice: "Some advice.", Note: "A note.", Class: "A class.",
	}
	const doc = "SwitchNotFound is «Switch not found.» A cause. Some advice. It also matches [SwitchNotFoundPublic]. A note.\n\nA class."
	require.Equal(t, doc, string(e.Doc()))

	e = reference.Entry{Code: pkerr.NotFound, Name: "NotFound", Cause: "A cause.", Advice: "Some advice."}
	require.Equal(t, "NotFound is «404: Not Found». A cause. Some advice.", string(e.Doc()))
}
