package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the caller wrote is quoted: in one line, cut, and told apart from what is said of it.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                        `""`,
		"a b":                     `"a b"`,
		`{"a":"b"}`:               `"{\"a\":\"b\"}"`,
		"\x1b\n":                  `"\x1b\n"`,
		strings.Repeat("x", 80):   `"` + strings.Repeat("x", 80) + `"`,
		strings.Repeat("x", 1000): `"` + strings.Repeat("x", 80) + `…"`,
	} {
		require.Equal(t, want, quote(text))
	}
}

func TestFlagError(t *testing.T) {
	for _, test := range []struct {
		args  []string
		want  string
		hints []string
	}{
		{[]string{"--foo"}, `there is no flag "--foo"`, nil},
		{[]string{"-foo=x"}, `there is no flag "--foo"`, nil},
		{[]string{"--jsno"}, `there is no flag "--jsno"`, []string{"did you mean --json?"}},
		{[]string{"--hlep"}, `there is no flag "--hlep"`, []string{"did you mean --help?"}},
		{[]string{"--lingo"}, `there is no flag "--lingo"`, nil},
		{[]string{"-lagn", "de"}, `there is no flag "--lagn"`, []string{"did you mean --lang?"}},
		{[]string{"--" + strings.Repeat("x", 1000)}, `there is no flag "--` + strings.Repeat("x", 78) + `…"`, nil},
		{[]string{"-lang"}, "the flag --lang needs a value", nil},
		{[]string{"-json=maybe"}, "the flag --json takes no value but true and false", nil},
		{[]string{"--json=x for -lang: y"}, "the flag --json takes no value but true and false", nil},
		{[]string{"---json"}, `"---json" is no flag`, nil},
		{[]string{"-=x"}, `"-=x" is no flag`, nil},
	} {
		f := newFlags("x")
		f.Bool("json", false, "")
		f.String("lang", "", "")
		_, err := parseFlags(f, test.args)
		var u *usageError
		require.ErrorAs(t, err, &u, "%v", test.args)
		require.Equal(t, test.want, u.problem)
		require.Equal(t, append(test.hints, "pkerr help x"), u.hints, "%v", test.args)
	}
}
