package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	library "github.com/pkerr/pkerr"
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

// onTerminal runs the command with its output on a terminal.
func onTerminal(t *testing.T, stdin string, env []string, args ...string) string {
	t.Helper()
	var out, stderr bytes.Buffer
	s := &session{stdin: strings.NewReader(stdin), stdout: &out, stderr: &stderr, getenv: environment(env...)}
	s.terminal = func(stream any) bool { return stream == s.stdout }
	s.run(args)
	return out.String()
}

func TestColourful(t *testing.T) {
	for _, test := range []struct {
		goos string
		env  []string
		want bool
	}{
		{"linux", nil, true},
		{"linux", []string{"NO_COLOR=", "TERM=xterm-256color"}, true},
		{"linux", []string{"NO_COLOR=0"}, false},
		{"linux", []string{"TERM=dumb"}, false},
		{"windows", nil, false},
		{"windows", []string{"WT_SESSION=", "TERM=", "ANSICON="}, false},
		{"windows", []string{"WT_SESSION=1"}, true},
		{"windows", []string{"TERM=xterm"}, true},
		{"windows", []string{"ANSICON=80x25"}, true},
		{"windows", []string{"WT_SESSION=1", "NO_COLOR=1"}, false},
		{"windows", []string{"TERM=dumb"}, false},
	} {
		require.Equal(t, test.want, colourful(test.goos, environment(test.env...)), "%v", test)
	}
	require.False(t, isTerminal(new(bytes.Buffer)))
	file, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	defer file.Close()
	require.False(t, isTerminal(file))
	require.Equal(t, screen{}, (&session{stdout: file, getenv: environment("TERM=xterm"), terminal: isTerminal}).screen())
}

func TestScreen_Render(t *testing.T) {
	const text = "# 20002/404\tMemberNotFound\nMessage\tMember not found, and a few more words\nEmpty\t\nNote\tone\nNote\ttwo\nLonger\tx\n\n" +
		"# CODE\tNAME\tTEXT\na\tbb\tone two three\nccc\td\tfour\n\nA paragraph of some words.\n"
	require.Equal(t, "20002/404\tMemberNotFound\nMessage\tMember not found, and a few more words\nNote\tone\nNote\ttwo\nLonger\tx\n\n"+
		"a\tbb\tone two three\nccc\td\tfour\n\nA paragraph of some words.\n", screen{}.render(text))
	require.Equal(t, `20002/404 MemberNotFound
Message  Member not found, and a few more
         words
Note     one
         two
Longer   x

CODE  NAME  TEXT
a     bb    one two three
ccc   d     four

A paragraph of some words.
`, screen{width: 41}.render(text))
	require.Equal(t, `20002/404
MemberNotFound
Message
  Member not found,
  and a few more
  words
Note
  one
  two
Longer
  x

CODE NAME
  TEXT
a bb
  one two three
ccc d
  four

A paragraph of some
words.
`, screen{width: 20}.render(text))
	require.Equal(t, "\x1b[1ma b\x1b[0m\n\x1b[36mLabel\x1b[0m  text\n       more\n\x1b[1mA  B  C\x1b[0m\n", screen{80, true}.render("# a\tb\nLabel\ttext\nLabel\tmore\n# A\tB\tC\n"))
}

// On a terminal, no line is wider than COLUMNS, or else 80. In a pipe, each row
// is one line.
func TestScreen_Width(t *testing.T) {
	for _, args := range [][]string{{"20003"}, {"list"}, {"list", "--endpoint", "POST /systems/@me/switches"}, {"0"}, {"404", "--lang", "ja"}, {"list", "--lang", "zh"}} {
		for columns, want := range map[string]int{"": 80, "60": 60, "40": 40, "120": 120, "0": 80, "x": 80, "-5": 80, "3": 20} {
			for line := range strings.Lines(onTerminal(t, "", []string{"COLUMNS=" + columns, "NO_COLOR=1"}, args...)) {
				line = strings.TrimSuffix(line, "\n")
				require.LessOrEqual(t, columnsOf(line), want, "%v %q", args, line)
				require.Equal(t, strings.TrimRight(line, " "), line)
			}
		}
		out, _, status := runIn(t, nil, args...)
		require.Equal(t, exitOK, status)
		for _, row := range rowsOf(execute("explain", nil)) {
			require.Empty(t, row)
		}
		require.NotContains(t, out, "\x1b")
		for line := range strings.Lines(out) {
			require.NotRegexp(t, `^[ \t]|[ \t]\n$`, line)
		}
	}
	out, _, _ := runIn(t, nil, "list")
	require.Equal(t, len(slices.Collect(library.Codes())), strings.Count(out, "\n")-2, "a line for each code")
	require.Regexp(t, `(?m)^20008/404\tSwitchNotFoundPublic\tSwitch not found, switch associated with different system, or unauthorized to view front history\.$`, out)
	coloured := onTerminal(t, "", []string{"TERM=xterm", "WT_SESSION=1"}, "20003")
	require.True(t, strings.HasPrefix(coloured, "\x1b[1m20003/404 MemberNotFoundWithRef\x1b[0m\n\x1b[36mMessage\x1b[0m     Member"), coloured)
}

func columnsOf(line string) int { return columns(line) }

func TestWrapped(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 5, []string{""}},
		{" \n ", 5, []string{""}},
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

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xbc", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3},
		{strings.Repeat("a", 1000), "a", 999},
	} {
		for _, words := range [][2][]rune{{[]rune(test.a), []rune(test.b)}, {[]rune(test.b), []rune(test.a)}} {
			require.Equal(t, test.want, distance(words[0], words[1], max(test.want, 5)), "%q %q", test.a, test.b)
			if test.want > 0 {
				require.GreaterOrEqual(t, distance(words[0], words[1], test.want-1), test.want, "%q %q", test.a, test.b)
			}
		}
	}
	require.Equal(t, []string{"list"}, nearest("LITS", []string{"help", "list", "serve"}, 2))
}

// Every subcommand has a help text that fits on a screen and has every flag.
// Every way to ask for it prints the same.
func TestHelp(t *testing.T) {
	flags := map[string][]string{"pkerr": {"json", "lang"}}
	for _, s := range subcommands() {
		flags[s.name] = s.flags
	}
	for name, want := range flags {
		data, err := texts.ReadFile("texts/" + name + ".txt")
		require.NoError(t, err)
		text := string(data)
		require.LessOrEqual(t, strings.Count(text, "\n"), 24, name)
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
			require.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
		}
		var named []string
		for _, m := range regexp.MustCompile(`(?m)^ {2}--([a-z]+) +[A-Z"a-z]`).FindAllStringSubmatch(text, -1) {
			named = append(named, m[1])
		}
		require.ElementsMatch(t, want, named, name)
		asked := [][]string{{"help", name}, {name, "-h"}, {name, "--help"}, {name, "-help"}, {"--help", name}}
		if name == "pkerr" {
			asked = [][]string{{"help"}, {"--help"}, {"-h"}, nil}
		}
		for _, args := range asked {
			out, stderr, status := runIn(t, nil, args...)
			require.Equal(t, exitOK, status, "%v", args)
			require.Equal(t, text, out, "%v", args)
			require.Empty(t, stderr)
		}
	}
	for _, name := range subcommandNames()[1:5] {
		data, _ := texts.ReadFile("texts/pkerr.txt")
		require.Contains(t, string(data), "pkerr "+name)
	}
}

// Every template that the code names exists, and every template is used.
func TestSay(t *testing.T) {
	source, err := texts.ReadFile("texts/texts.tmpl")
	require.NoError(t, err)
	var code strings.Builder
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
			data, err := os.ReadFile(f.Name())
			require.NoError(t, err)
			code.Write(data)
		}
	}
	for _, m := range regexp.MustCompile(`\{\{define "([^"]+)"\}\}`).FindAllStringSubmatch(string(source), -1) {
		require.True(t, strings.Contains(code.String(), `"`+m[1]+`"`) || strings.Contains(string(source), `{{template "`+m[1]+`"`), m[1])
	}
	for _, m := range regexp.MustCompile(`(?:say|note|output)\((?:c, )?"([^".]+)"`).FindAllStringSubmatch(code.String(), -1) {
		require.Contains(t, string(source), `{{define "`+m[1]+`"}}`)
	}
}
