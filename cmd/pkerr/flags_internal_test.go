package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A caller's text is quoted on one line and shortened. The quotation marks set
// it apart from the rest of the message.
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

// Flags can be anywhere on the line, even before the subcommand.
func TestParse(t *testing.T) {
	for _, test := range []struct {
		args, rest []string
		command    string
		json, lang string
		implied    bool
	}{
		{[]string{"explain", "--json", "a", "b"}, []string{"a", "b"}, "explain", "true", "", false},
		{[]string{"explain", "a", "--lang", "de", "b", "-json"}, []string{"a", "b"}, "explain", "true", "de", false},
		{[]string{"--json", "--lang", "de", "explain", "a"}, []string{"a"}, "explain", "true", "de", false},
		{[]string{"--lang=fr", "decode", "--json", "-"}, []string{"-"}, "decode", "true", "fr", false},
		{[]string{"--lang", "fr", "--lang", "de", "list"}, nil, "list", "", "de", false},
		{[]string{"20003", "--json"}, []string{"20003"}, "explain", "true", "", true},
		{[]string{"--json", "20003"}, []string{"20003"}, "explain", "true", "", true},
		{[]string{"Member", "not found."}, []string{"Member", "not found."}, "explain", "", "", true},
		{[]string{"explain", "a", "--", "--json", "b"}, []string{"a", "--json", "b"}, "explain", "", "", false},
		{[]string{"--", "explain", "--json"}, []string{"--json"}, "explain", "", "", false},
		{[]string{"explain", "--", "--", "a"}, []string{"--", "a"}, "explain", "", "", false},
		{[]string{"explain", "--json=false", "a"}, []string{"a"}, "explain", "false", "", false},
	} {
		c, err := new(session{getenv: environment()}).parse(test.args)
		require.NoError(t, err, "%v", test.args)
		require.Equal(t, test.command, c.command.name, "%v", test.args)
		require.Equal(t, test.rest, append([]string(nil), c.args...), "%v", test.args)
		require.Equal(t, []string{test.json, test.lang}, []string{c.value("json"), c.value("lang")}, "%v", test.args)
		require.Equal(t, test.implied, c.implied, "%v", test.args)
	}
}

// parted splits a usageError into the problem and the hints.
func parted(t *testing.T, err error) (problem string, hints []string) {
	t.Helper()
	text, ok := errors.AsType[usageError](err)
	require.True(t, ok)
	lines := strings.Split(string(text), "\n")
	for _, line := range lines[1:] {
		require.Equal(t, "  ", line[:2])
		hints = append(hints, line[2:])
	}
	return lines[0], hints
}

func TestParse_Wrong(t *testing.T) {
	for _, test := range []struct {
		args  []string
		want  string
		hints []string
	}{
		{[]string{"--foo"}, `there is no flag "--foo"`, nil},
		{[]string{"-foo=true"}, `there is no flag "--foo"`, nil},
		{[]string{"--jsno"}, `there is no flag "--jsno"`, []string{"did you mean --json?"}},
		{[]string{"--hlep"}, `there is no flag "--hlep"`, []string{"did you mean --help?"}},
		{[]string{"--lingo"}, `there is no flag "--lingo"`, nil},
		{[]string{"-lagn"}, `there is no flag "--lagn"`, []string{"did you mean --lang?"}},
		{[]string{"--" + strings.Repeat("x", 1000)}, `there is no flag "--` + strings.Repeat("x", 78) + `…"`, nil},
		{[]string{"--addr", "x"}, `there is no flag "--addr"`, nil},
		{[]string{"-lang"}, "the flag --lang needs a value", nil},
		{[]string{"-json=maybe"}, "the flag --json takes only true or false as a value", nil},
		{[]string{"--json=x for -lang: y"}, "the flag --json takes only true or false as a value", nil},
		{[]string{"---json"}, `"---json" is not a flag`, nil},
		{[]string{"-=x"}, `"-=x" is not a flag`, nil},
	} {
		_, err := new(session{getenv: environment()}).parse(append([]string{"decode"}, test.args...))
		problem, hints := parted(t, err)
		require.Equal(t, test.want, problem)
		require.Equal(t, append(test.hints, "pkerr help decode"), hints, "%v", test.args)
	}
	for text, problem := range map[string]string{
		"list 404": `unexpected argument "404"`, "decode a b": `unexpected argument "b"`, "serve 8080": `unexpected argument "8080"`, "help list serve": `unexpected argument "serve"`,
		"explain 404 --lang tlh": `there are no texts in the language "tlh"`, "explain 404 --lang=": `there are no texts in the language ""`,
		"list --status 4o4": `"4o4" is not an HTTP status`, "list --status +404": `"+404" is not an HTTP status`, "decode --status 99": `"99" is not an HTTP status`,
		"decode --status=": `"" is not an HTTP status`, "--status 404": `there is no flag "--status"`, "--json": "there is nothing to explain",
	} {
		_, stderr, status := runIn(t, strings.NewReader(""), strings.Fields(text)...)
		require.Equal(t, exitUsage, status, text)
		require.Contains(t, stderr, ": "+problem+"\n", text)
	}
}

func TestParse_Language(t *testing.T) {
	for _, test := range []struct {
		lang, env, want string
		wanted          bool
	}{
		{"", "", "en", false},
		{"", "LANG=en_GB.UTF-8", "en", false},
		{"", "LANG=tlh_XX", "en", false},
		{"", "LANG=nonsense\x1b", "en", false},
		{"", "LANG=pt_BR.UTF-8", "pt-BR", true},
		{"", "LANG=zh_TW", "zh-Hant", true},
		{"", "LANG=de_DE@euro", "de", true},
		{"", "LANG=C.UTF-8", "en", false},
		{"", "LANG=POSIX", "en", false},
		{"", "LANG=de_DE LC_MESSAGES=fr_FR", "fr", true},
		{"", "LANG=de_DE LC_MESSAGES=fr_FR LC_ALL=C", "en", false},
		{"", "LANG=de_DE LC_ALL= LC_MESSAGES=", "de", true},
		{"en", "LANG=de_DE", "en", true},
		{"en-US", "", "en", true},
		{"es-MX", "", "es-419", true},
	} {
		args := []string{"404"}
		if test.lang != "" {
			args = append(args, "--lang", test.lang)
		}
		c, err := new(session{getenv: environment(strings.Split(test.env, " ")...)}).parse(args)
		require.NoError(t, err)
		require.Equal(t, test.want, c.who.String(), "%v", test)
		require.Equal(t, test.wanted, c.who.wanted, "%v", test)
	}
	for _, tag := range languages() {
		c, err := new(session{getenv: environment()}).parse([]string{"404", "--lang", tag})
		require.NoError(t, err)
		require.Equal(t, tag, c.who.String())
	}
}
