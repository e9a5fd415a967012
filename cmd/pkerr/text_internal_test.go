package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if key, value, _ := strings.Cut(p, "="); key == name {
				return value
			}
		}
		return ""
	}
}

func TestColourful(t *testing.T) {
	for _, test := range []struct {
		goos     string
		terminal bool
		env      []string
		want     bool
	}{
		{"linux", true, nil, true},
		{"linux", true, []string{"NO_COLOR=", "TERM=xterm-256color"}, true},
		{"linux", false, nil, false},
		{"linux", true, []string{"NO_COLOR=0"}, false},
		{"linux", true, []string{"TERM=dumb"}, false},
		{"windows", true, nil, false},
		{"windows", true, []string{"WT_SESSION=", "TERM=", "ANSICON="}, false},
		{"windows", true, []string{"WT_SESSION=1"}, true},
		{"windows", true, []string{"TERM=xterm"}, true},
		{"windows", true, []string{"ANSICON=80x25"}, true},
		{"windows", false, []string{"WT_SESSION=1"}, false},
		{"windows", true, []string{"WT_SESSION=1", "NO_COLOR=1"}, false},
		{"windows", true, []string{"TERM=dumb"}, false},
	} {
		require.Equal(t, test.want, colourful(test.goos, test.terminal, environment(test.env...)), "%v", test)
	}

	require.False(t, isTerminal(new(bytes.Buffer)))
	file, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	defer file.Close()
	require.False(t, isTerminal(file))
	require.False(t, new(session{stdout: file, env: environment()}).newPage().colour)

	p := &page{colour: true}
	require.Equal(t, "\x1b[1mx\x1b[0m", p.bold("x"))
	require.Empty(t, p.bold(""))
	p.row("Label", "text")
	require.Equal(t, "\x1b[36mLabel\x1b[0m        text\n", p.String())
}

func TestEnvironmentLanguage(t *testing.T) {
	for _, test := range []struct {
		env  []string
		want string
	}{
		{nil, ""},
		{[]string{"LANG=de_DE.UTF-8"}, "de-DE"},
		{[]string{"LANG=de_DE@euro"}, "de-DE"},
		{[]string{"LANG=C.UTF-8"}, ""},
		{[]string{"LANG=POSIX"}, ""},
		{[]string{"LANG=de_DE", "LC_MESSAGES=fr_FR"}, "fr-FR"},
		{[]string{"LANG=de_DE", "LC_MESSAGES=fr_FR", "LC_ALL=C"}, ""},
		{[]string{"LANG=de_DE", "LC_ALL=", "LC_MESSAGES="}, "de-DE"},
	} {
		require.Equal(t, test.want, environmentLanguage(environment(test.env...)), "%v", test.env)
	}
}

func TestReaderOf(t *testing.T) {
	for _, test := range []struct {
		lang, env, want string
		wanted          bool
	}{
		{"", "", "en", false},
		{"", "en_GB.UTF-8", "en", false},
		{"", "tlh_XX", "en", false},
		{"", "nonsense\x1b", "en", false},
		{"", "pt_BR.UTF-8", "pt-BR", true},
		{"", "zh_TW", "zh-Hant", true},
		{"en", "de_DE", "en", true},
		{"en-US", "", "en", true},
		{"es-MX", "", "es-419", true},
	} {
		r, err := readerOf(test.lang, environment("LANG="+test.env))
		require.NoError(t, err)
		require.Equal(t, test.want, r.String())
		require.Equal(t, test.wanted, r.wanted, "%v", test)
	}
	for _, tag := range languages() {
		r, err := readerOf(tag, environment())
		require.NoError(t, err)
		require.Equal(t, tag, r.String())
	}
	_, err := readerOf("xx", environment())
	require.EqualError(t, err, `there are no texts in the language "xx"`)
}

func TestWrapped(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 5, nil},
		{" \n ", 5, nil},
		{"a b\n c", 5, []string{"a b c"}},
		{"aaa bbb", 7, []string{"aaa bbb"}},
		{"aaa bbb", 6, []string{"aaa", "bbb"}},
		{"aaaaaaaaaa b", 4, []string{"aaaa", "aaaa", "aa b"}},
		{"ab aaaaaaaaaa", 8, []string{"ab aaaaa", "aaaaa"}},
		{"abcd aaaaaaaaaa", 8, []string{"abcd", "aaaaaaaa", "aa"}},
		{"ab 日本語日本語", 8, []string{"ab 日本", "語日本語"}},
		{"ab日本語cd", 5, []string{"ab日", "本語c", "d"}},
		{"日本 ab", 7, []string{"日本 ab"}},
		{"日本 ab", 6, []string{"日本", "ab"}},
		{"👩\u200d👧 ab", 7, []string{"👩\u200d👧 ab"}},
		{"👩\u200d👧 ab", 6, []string{"👩\u200d👧", "ab"}},
		{"a\u200db", 2, []string{"a\u200db"}},
		{"日本語日本語", 5, []string{"日本", "語日", "本語"}},
		{"日本", 1, []string{"日", "本"}},
		{"e\u0301e\u0301", 2, []string{"e\u0301e\u0301"}},
	} {
		require.Equal(t, test.want, wrapped(test.text, test.limit), test.text)
	}
}

func TestEscaped(t *testing.T) {
	const text = "a\nb \u202e\u009b\u00a0ä日\U000e0041\ufffd\x7f"
	document, err := json.Marshal(text)
	require.NoError(t, err)
	out := escaped(document)
	requireHarmless(t, string(out))
	require.True(t, utf8.Valid(out))
	var back string
	require.NoError(t, json.Unmarshal(out, &back))
	require.Equal(t, text, back)
	require.Contains(t, string(out), `ä日\udb40\udc41`)
}

func TestParseFlags(t *testing.T) {
	for _, test := range []struct {
		args []string
		rest []string
		json bool
		lang string
	}{
		{nil, nil, false, ""},
		{[]string{"--json", "a", "b"}, []string{"a", "b"}, true, ""},
		{[]string{"a", "--lang", "de", "b", "-json"}, []string{"a", "b"}, true, "de"},
		{[]string{"a", "--", "--json", "b"}, []string{"a", "--json", "b"}, false, ""},
		{[]string{"--", "a", "--json"}, []string{"a", "--json"}, false, ""},
		{[]string{"--", "--", "a"}, []string{"--", "a"}, false, ""},
		{[]string{"-", "--lang=de"}, []string{"-"}, false, "de"},
		{[]string{"--json=false", "a"}, []string{"a"}, false, ""},
	} {
		f := newFlags("x")
		asJSON, lang := f.Bool("json", false, ""), f.String("lang", "", "")
		rest, err := parseFlags(f, test.args)
		require.NoError(t, err)
		require.Equal(t, test.rest, rest, "%v", test.args)
		require.Equal(t, test.json, *asJSON, "%v", test.args)
		require.Equal(t, test.lang, *lang, "%v", test.args)
	}
	for _, args := range [][]string{{"--no"}, {"a", "--no"}, {"--lang"}, {"--json=maybe"}, {"---"}, {"--=", "-j"}} {
		f := newFlags("x")
		f.Bool("json", false, "")
		f.String("lang", "", "")
		_, err := parseFlags(f, args)
		var u *usageError
		require.ErrorAs(t, err, &u, "%v", args)
		require.Equal(t, []string{"pkerr help x"}, u.hints)
		require.NotRegexp(t, `(^| )-[a-z]|provided|parse`, u.problem, "these are words of package flag")
	}
	_, err := parseFlags(newFlags("x"), []string{"a", "-h"})
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xbc", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3},
		{strings.Repeat("a", 1000), "a", 1000},
	} {
		require.Equal(t, test.want, distance(test.a, test.b), "%q %q", test.a, test.b)
		require.Equal(t, test.want, distance(test.b, test.a), "%q %q", test.a, test.b)
	}
	require.Equal(t, []string{"list"}, nearest("LITS", []string{"help", "list", "serve"}, 2))
}

// The help is there for all, fits on a screen, and has every flag; and every way to ask for it gives the same.
func TestHelp(t *testing.T) {
	flags := map[string][]string{"explain": {"json", "lang"}, "list": {"json", "status", "endpoint", "endpoints"}, "decode": {"json", "lang", "status"}, "serve": {"addr"}}
	for _, name := range append(subcommands(), "") {
		text := helpText(name)
		require.NotEmpty(t, text, name)
		require.LessOrEqual(t, strings.Count(text, "\n"), 24, name)
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
			require.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
		}
		var named []string
		for _, m := range regexp.MustCompile(`(?m)^ {2}--([a-z]+)`).FindAllStringSubmatch(text, -1) {
			named = append(named, m[1])
		}
		require.Equal(t, flags[name], named, name)
		for _, args := range [][]string{{"help", name}, {name, "-h"}, {name, "--help"}, {name, "-help"}} {
			if name == "" {
				args = args[:1]
				if args[0] == "" {
					args = []string{"--help"}
				}
			}
			var out, stderr bytes.Buffer
			require.Equal(t, exitOK, run(args, nil, &out, &stderr, environment()))
			require.Equal(t, text, out.String(), "%v", args)
			require.Empty(t, stderr.String())
		}
	}
	for _, name := range subcommands()[:5] {
		require.Contains(t, helpText(""), name)
	}
}
