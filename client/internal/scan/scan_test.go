package scan_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client/internal/scan"
)

// skip reads one value, and reports whether it was JSON.
func skip(body string) bool {
	s := scan.New([]byte(body))
	s.Skip()
	return !s.Failed()
}

// value reads one value with all methods of a Scanner.
func value(s *scan.Scanner) any {
	switch c := s.Next(); {
	case c == '{':
		object := map[string]any{}
		for more := s.Open('{'); more; more = s.More('}') {
			key := s.Text(s.Key())
			object[key] = value(s)
		}
		return object
	case c == '[':
		list := []any{}
		for more := s.Open('['); more; more = s.More(']') {
			list = append(list, value(s))
		}
		return list
	case c == '"':
		return s.Text(s.String())
	case scan.IsNumber(c):
		return json.Number(s.Number())
	case c == 't', c == 'f':
		s.Skip()
		return c == 't'
	}
	s.Skip()
	return nil
}

// oracle reads the first value of body with encoding/json.
func oracle(body []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err == nil
}

func TestScanner_Skip(t *testing.T) {
	for _, body := range []string{
		`0`, `-0`, `10`, `1.5`, `1e5`, `1E+5`, `1e-5`, `-1.50e05`, `true`, `false`, `null`, `""`, `"a"`, `"\u00e9\"\\\/\b\f\n\r\t"`, `[]`, `[1]`,
		`[ 1 , 2 ]`, `{}`, `{"a":1}`, ` { "a" : [ { } , [ ] ] , "b" : null } `, `{"a":1,"a":2}`, "\"\xff\"", "\"\x7f\"", `{}x`, `1 2`, `"a""b"`,
	} {
		require.True(t, skip(body), body)
		_, ok := oracle([]byte(body))
		require.True(t, ok, body)
	}
	for _, body := range []string{
		``, ` `, `-`, `-a`, `+1`, `.5`, `1.`, `1.e5`, `1e`, `1e+`, `tru`, `True`, `nul`, `"`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"\n\"", "\"\x00\"",
		`[`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1}`, `]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `{"a":1]`,
		`'a'`, `{"a":01}`, `{"a":0x1}`, `{"a":NaN}`, `// x`, `{"a":1 /*x*/}`, "\u00a0{}",
	} {
		require.False(t, skip(body), body)
	}
}

func TestScanner_Depth(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	require.True(t, skip(nested(10_000)))
	require.False(t, skip(nested(10_001)))
	require.False(t, skip(strings.Repeat("[", 10<<20)))
	require.False(t, skip(strings.Repeat(`{"a":`, 1<<20)))
	require.True(t, skip("["+strings.Repeat("[],", 20_000)+"[]]"), "closed lists do not count")
}

func TestScanner_AfterAFault(t *testing.T) {
	s := scan.New([]byte(`x{"a":[1,"b"]}`))
	s.Skip()
	require.True(t, s.Failed())
	require.Zero(t, s.Next())
	require.False(t, s.Open('{'))
	require.False(t, s.More('}'))
	require.Empty(t, s.Text(s.Key()))
	require.Empty(t, s.Text(s.String()))
	require.Empty(t, s.Number())
	s.Skip()
	require.True(t, s.Failed())
}

func TestScanner_Text(t *testing.T) {
	for _, text := range []string{
		`"plain"`, `"é🦊"`, `"\u00e9\ud83e\udd8a"`, `"\ud83e"`, `"\udd8a"`, `"\ud83e\ud83e\udd8a"`, `"\ud83ex"`, `"\ud83e\n"`, `"\ud83e\u0041"`, `"\u0000"`,
		"\"a\xc0\xafb\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", `"\"\\\/\b\f\n\r\t"`, `"\uFFFD"`, `""`,
	} {
		want, ok := oracle([]byte(text))
		require.True(t, ok)
		for _, shared := range []bool{false, true} {
			s := scan.New([]byte(text))
			if shared {
				s.Share()
			}
			read := s.String()
			require.Equal(t, want, s.Text(read), text)
			require.True(t, s.Is(read, s.Text(read)))
			require.False(t, s.Is(read, "other"))
			require.Equal(t, want == "", read.Empty())
		}
	}
}

func TestScanner_TextsAreCopies(t *testing.T) {
	body := []byte(`["first","second"]`)
	s := scan.New(body)
	require.True(t, s.Open('['))
	first := s.Text(s.String())
	s.Share()
	require.True(t, s.More(']'))
	second := s.Text(s.String())
	clear(body)
	require.Equal(t, "first", first)
	require.Equal(t, "second", second)
}

func TestNumber(t *testing.T) {
	for _, n := range []string{
		"0", "-0", "0.0", "-0.000", "0e5", "1", "-1", "19.2", "0.331", "1e2", "1.5e1", "1.55e1", "200010e-1", "1e-400", "-1e-400", "-0.5", "999999999999999999",
		"1000000000000000000", "9223372036854775807", "9223372036854775808", "9223372036854775806.5", "9223372036854775807.5", "922337203685477580.7e1",
		"9223372036854775807e1", "18446744073709551615", "1e18", "1e19", "1e400", "99999999999999999999999", "0.00000000000000000000001e23",
		"123456789012345678901234567890e-20", "10000000000000000000000e-22", "0." + strings.Repeat("0", 2000) + "20001e2005", "20001" + strings.Repeat("0", 2000) + "e-2000",
	} {
		exact, ok := new(big.Rat).SetString(n)
		require.True(t, ok)
		most := new(big.Rat).SetInt64(math.MaxInt64)

		integer, isInteger := scan.Number(n).Integer()
		wantInteger := exact.IsInt() && exact.Sign() >= 0 && exact.Cmp(most) <= 0
		require.Equal(t, wantInteger, isInteger, n)
		if wantInteger {
			require.Equal(t, exact.Num().Int64(), integer, n)
		}

		ceil, isPositive := scan.Number(n).Ceil()
		require.Equal(t, exact.Sign() >= 0, isPositive, n)
		if isPositive {
			up := new(big.Int).Add(exact.Num(), new(big.Int).Sub(exact.Denom(), big.NewInt(1)))
			want := int64(math.MaxInt64)
			if up.Div(up, exact.Denom()); up.IsInt64() {
				want = up.Int64()
			}
			require.Equal(t, want, ceil, n)
		}
	}
	for _, n := range []string{"", "1e9999999999999999999999", "-1e9999999999999999999999"} {
		_, ok := scan.Number(n).Integer()
		require.False(t, ok, n)
	}
	zero, ok := scan.Number("0e9999999999999999999999").Integer()
	require.True(t, ok)
	require.Zero(t, zero)
	one, ok := scan.Number("1e-9999999999999999999999").Ceil()
	require.True(t, ok)
	require.EqualValues(t, 1, one)
}

func TestScanner_Digits(t *testing.T) {
	for text, want := range map[string]bool{`"0"`: true, `"20001"`: true, `""`: false, `"-1"`: false, `"1.0"`: false, `" 1"`: false, `"\u0031"`: false, `"١"`: false} {
		s := scan.New([]byte(text))
		digits, ok := s.Digits(s.String())
		require.Equal(t, want, ok, text)
		require.Equal(t, want, len(digits) > 0, text)
	}
}

// A Scanner accepts what encoding/json accepts, with the same result. The only
// difference is a byte order mark.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"message":"System not found.","code":20001}`, `{"a":[{"b":"\u00e9\ud83e\udd8a"},1.5e-3,true,false,null]}`, `[[[[]]]]`, "\"\xff\xc0\xaf\"", `1e9999`, `{"a":1,}`,
		`{"a":"\ud800"}`, " \t\r\n{}", `{"a":1}{"b":2}`, `-0.0e+0`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if bytes.Contains(body, []byte("\uFEFF")) {
			return
		}
		want, ok := oracle(body)
		s := scan.New(body)
		got := value(s)
		require.Equal(t, ok, !s.Failed(), "%q", body)
		require.Equal(t, ok, skip(string(body)))
		if ok {
			require.Equal(t, want, got)
		}
	})
}
