package oneline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/oneline"
)

func TestText(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"", 10, ""},
		{"", 0, ""},
		{"plain text, äöü, 日本, 😀", 100, "plain text, äöü, 日本, 😀"},
		{`"quotes" 'too' and \`, 100, `"quotes" 'too' and \`},
		{"a\nb\r\n\tc", 100, `a\nb\r\n\tc`},
		{"\x00\x07\x1b[31m\x7f", 100, `\x00\a\x1b[31m\x7f`},
		{"\u0085\u009b\u2028\u2029", 100, `\u0085\u009b\u2028\u2029`},
		{"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", 200, `\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c`},
		{"\u00ad\u200b\ufeff\u00a0\U000e0041", 100, `\u00ad\u200b\ufeff\u00a0\U000e0041`},
		{"\xff\xc3(\xed\xa0\x80", 100, `\xff\xc3(\xed\xa0\x80`},
		{"\ufffd", 10, "\ufffd"},
		{"%s%n%!", 10, "%s%n%!"},

		// At and over the limit. No rune or escape is cut in two.
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abcde…"},
		{"a", 0, "…"},
		{"a", -1, "…"},
		{"abc😀", 7, "abc😀"},
		{"abc😀", 6, "abc…"},
		{"abc\n", 5, `abc\n`},
		{"abc\n", 4, `abc…`},
		{"abc\u202e", 8, `abc…`},
		{"\xff\xff", 7, `\xff…`},
		{strings.Repeat("x", 1<<20), 3, "xxx…"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, oneline.Text(test.in, test.limit), "%.40q", test.in)
		require.Equal(t, "before "+test.want, string(oneline.Append([]byte("before "), test.in, test.limit)), "the text in dst does not count")
	}
}

func TestText_EveryRune(t *testing.T) {
	var all []rune
	for r := range unicode.MaxRune + 1 {
		// The planes in between contain only ideographs.
		if r < 0x20000 || r>>16 == 0xe {
			all = append(all, r)
		}
	}
	for some := range slices.Chunk(all, 1<<12) {
		requireSafe(t, oneline.Text(string(some), 1<<16), 1<<16)
	}
}

func requireSafe(t *testing.T, s string, limit int) {
	t.Helper()
	require.LessOrEqual(t, len(s), limit+len("…"))
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unsafe) {
		require.Failf(t, "not safe", "%.100q", s)
	}
}

func unsafe(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co) || r != ' ' && unicode.Is(unicode.Zs, r)
}

func FuzzText(f *testing.F) {
	f.Add("a\nb\u202e\xff\x1b[31m", 10)
	f.Add(strings.Repeat("\u2028", 100), 60)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = min(max(limit, 0), 1<<10)
		requireSafe(t, oneline.Text(s, limit), limit)
	})
}

// formatted is an error with oneline.Format.
type formatted string

func (f formatted) Error() string { return oneline.Text(string(f), 100) }

func (f formatted) Format(s fmt.State, verb rune) {
	oneline.Format(s, verb, f, func() string { return "formatted(…)" })
}

func TestFormat(t *testing.T) {
	err := formatted("a\n\"b\"")
	for format, want := range map[string]string{
		"%v":    `a\n"b"`,
		"%+v":   `a\n"b"`,
		"%s":    `a\n"b"`,
		"%10s":  `    a\n"b"`,
		"%-10v": `a\n"b"    `,
		"%.3s":  `a\n`,
		"%q":    `"a\\n\"b\""`,
		"%x":    `615c6e226222`,
		"% X":   `61 5C 6E 22 62 22`,
		"%#v":   `formatted(…)`,
		"%d":    `%!d(oneline_test.formatted=a\n"b")`,
		"%t":    `%!t(oneline_test.formatted=a\n"b")`,
		"%c":    `%!c(oneline_test.formatted=a\n"b")`,
	} {
		require.Equal(t, want, fmt.Sprintf(format, err), format)
	}
	require.EqualError(t, errors.Unwrap(fmt.Errorf("%w", err)), `a\n"b"`)
}
