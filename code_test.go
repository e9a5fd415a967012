package pkerr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

func TestMakeCode(t *testing.T) {
	const most = math.MaxInt64
	tests := []struct {
		number int64
		status int
		want   pkerr.Code
	}{
		{20002, 404, pkerr.MemberNotFound},
		{0, 404, pkerr.NotFound},
		{99999, 418, 99999_418},
		{0, 100, 100},
		{0, 999, 999},
		{1, 100, 1_100},
		{most / 1000, 100, most/1000*1000 + 100},
		{most / 1000, 807, most},

		{0, 0, 0},
		{0, 99, 0},
		{0, 1000, 0},
		{20002, 0, 0},
		{20002, 99, 0},
		{20002, 1000, 0},
		{20002, -404, 0},
		{20002, math.MinInt32, 0},
		{20002, math.MaxInt32, 0},
		{-1, 404, 0},
		{math.MinInt64, 404, 0},
		{most / 1000, 808, 0},
		{most/1000 + 1, 100, 0},
		{most, 404, 0},
	}
	for _, test := range tests {
		c := pkerr.MakeCode(test.number, test.status)
		require.Equal(t, test.want, c, "%d/%d", test.number, test.status)
		if c != 0 {
			require.Equal(t, test.number, c.Number())
			require.Equal(t, test.status, c.Status())
		}
	}
}

func TestLookup_OnlyConstants(t *testing.T) {
	for _, c := range []struct {
		number int64
		status int
	}{
		{99999, 404},
		{20002, 410},
		{0, 418},
		{0, 0},
		{20002, 0},
		{-20002, 404},
		{20001, 1404}, // would be 20002_404 without a check of the status
		{math.MaxInt64, 404},
	} {
		code, ok := pkerr.Lookup(c.number, c.status)
		require.False(t, ok, "%d/%d", c.number, c.status)
		require.Zero(t, code)
	}
}

func TestCode_Unknown(t *testing.T) {
	tests := []struct {
		code    pkerr.Code
		message string
		base    pkerr.Code
	}{
		{pkerr.MakeCode(99999, 404), "", 0},
		{pkerr.MakeCode(0, 418), "", 0},
		{pkerr.MakeCode(0, 503), "", 0},
		{pkerr.MakeCode(math.MaxInt64/1000, 404), "", 0},
		// A known number means the same with any status.
		{pkerr.MakeCode(20001, 410), "System not found.", pkerr.SystemNotFound},
		{pkerr.MakeCode(20003, 410), "Member '{memberRef}' not found.", pkerr.MemberNotFoundWithRef},
		{pkerr.MakeCode(20003, 100), "Member '{memberRef}' not found.", pkerr.MemberNotFoundWithRef},
		{pkerr.MakeCode(50001, 999), "Unimplemented", pkerr.Unimplemented},
		{pkerr.MakeCode(50001, 100), "Unimplemented", pkerr.Unimplemented},
		{0, "", 0},
	}
	for _, test := range tests {
		require.Empty(t, test.code.Name(), "%v", test.code)
		require.Equal(t, test.message, test.code.Message(), "%v", test.code)
		require.Equal(t, test.base, test.code.Base(), "%v", test.code)
	}
}

// refines has the numbers that refine another one.
var refines = map[int64]int64{20003: 20002, 20005: 20004, 20008: 20007, 30008: 30006, 30009: 30007}

// pair is a code as on the wire.
type pair struct {
	number int64
	status int
}

func (p pair) code() pkerr.Code { return pkerr.MakeCode(p.number, p.status) }

// pairs returns all constants, and codes that the API does not have today.
func pairs(t testing.TB) []pair {
	var all []pair
	for _, r := range readTable(t) {
		all = append(all, pair{r.number, r.status})
	}
	return append(all,
		pair{99999, 404}, pair{99999, 418}, pair{99998, 404}, pair{1, 404}, pair{20991, 404}, pair{20000, 404},
		pair{0, 418}, pair{0, 501}, pair{0, 502}, pair{0, 503}, pair{0, 499}, pair{0, 599},
		pair{0, 100}, pair{0, 200}, pair{0, 300}, pair{0, 302}, pair{0, 600}, pair{0, 650}, pair{0, 999},
		pair{20002, 410}, pair{20003, 410}, pair{20003, 418}, pair{20003, 403}, pair{20003, 500}, pair{20003, 100},
		pair{20008, 999}, pair{30008, 404}, pair{30009, 503}, pair{40001, 422}, pair{50001, 400}, pair{50001, 500},
		pair{math.MaxInt64 / 1000, 404}, pair{math.MaxInt64 / 1000, 100}, pair{math.MaxInt64 / 1000, 807},
	)
}

// cases returns the codes that p matches, by the rules in the comment of
// Code.Is.
func cases(rows []row, p pair) map[pair]bool {
	is := map[pair]bool{p: true}

	// The plain code of its status, or of its class.
	is[pair{0, p.status}] = true
	plain := slices.ContainsFunc(rows, func(r row) bool { return r.number == 0 && r.status == p.status })
	added := pkerr.Code(p.status).Name() != "" // even if it is not in rows
	if !plain && !added {
		is[pair{0, p.status - p.status%100}] = true
	}

	// The constant of its number, and those that it refines.
	for n := p.number; n != 0; n = refines[n] {
		for _, r := range rows {
			if r.number == n {
				is[pair{n, r.status}] = true
			}
		}
	}
	return is
}

func TestCode_Is_AllPairs(t *testing.T) {
	rows, all := readTable(t), pairs(t)
	matches := 0
	for _, a := range all {
		code := a.code()
		errs := map[string]error{
			"the code":         code,
			"an error":         code.WithMessage("other words"),
			"a wrapped code":   fmt.Errorf("a: %w", fmt.Errorf("b: %w", code)),
			"a wrapped error":  fmt.Errorf("a: %w", fmt.Errorf("b: %w", code.WithScope("s"))),
			"joined":           errors.Join(errors.New("first"), code, errors.New("last")),
			"a cause":          pkerr.Code(0).WithCause(code),
			"a cause, wrapped": pkerr.Code(0).WithCause(fmt.Errorf("a: %w", code.WithMessage("m"))),
		}
		is := cases(rows, a)
		for _, b := range all {
			for how, err := range errs {
				if got := errors.Is(err, b.code()); got != is[b] {
					require.Failf(t, "wrong", "%s of %v is %v: got %v, want %v", how, code, b.code(), got, is[b])
				}
			}
			if is[b] {
				matches++
			}
		}
		require.NotErrorIs(t, code, pkerr.Code(0))
		require.NotErrorIs(t, pkerr.Code(0), code)
	}
	require.Greater(t, matches, 2*len(rows))
}

// An invalid code matches no other code, not even the zero Code.
func TestCode_Is_ImpossibleCodes(t *testing.T) {
	impossible := []pkerr.Code{0, -1, -404, -20002_404, math.MinInt64}
	for _, a := range impossible {
		for _, b := range slices.Concat(impossible, slices.Collect(pkerr.Codes())) {
			require.Equal(t, a == b, errors.Is(a, b), "%v is %v", a, b)
			require.Equal(t, a == b, errors.Is(b, a), "%v is %v", b, a)
		}
	}
	for _, c := range []pkerr.Code{7, 99, 20002_000, 20002_007} {
		require.ErrorIs(t, c, c)
		require.NotErrorIs(t, c, pkerr.Code(0))
	}
}

// These are examples of the rules of matching.
func TestCode_Is(t *testing.T) {
	is := []struct{ a, b pkerr.Code }{
		{pkerr.MemberNotFound, pkerr.MemberNotFound},
		{pkerr.MemberNotFoundWithRef, pkerr.MemberNotFound},
		{pkerr.MemberNotFoundWithRef, pkerr.NotFound},
		{pkerr.NotOwnGroupWithRef, pkerr.NotOwnGroup},
		{pkerr.SwitchNotFoundPublic, pkerr.SwitchNotFound},
		{pkerr.MakeCode(99999, 404), pkerr.NotFound},
		{pkerr.MakeCode(0, 418), pkerr.BadRequest},
		{pkerr.MakeCode(99999, 418), pkerr.MakeCode(0, 418)},
		{pkerr.MakeCode(0, 503), pkerr.InternalServerError},
		{pkerr.Unimplemented, pkerr.InternalServerError},
		{pkerr.MakeCode(20003, 410), pkerr.MemberNotFoundWithRef},
		{pkerr.MakeCode(20003, 410), pkerr.MemberNotFound},
		{pkerr.MakeCode(20003, 410), pkerr.Gone},
		{0, 0},
	}
	for _, test := range is {
		require.ErrorIs(t, test.a, test.b)
		if test.a != test.b {
			require.NotErrorIs(t, test.b, test.a, "it does not match the other way around")
		}
	}

	isNot := []struct{ a, b pkerr.Code }{
		{pkerr.MemberNotFound, pkerr.GroupNotFound},
		{pkerr.SystemNotFound, pkerr.BadRequest},
		{pkerr.MakeCode(20003, 410), pkerr.NotFound},
		{pkerr.MakeCode(20003, 410), pkerr.MakeCode(20002, 410)},
		{pkerr.MakeCode(20003, 410), pkerr.BadRequest},
		{pkerr.NotFound, pkerr.BadRequest},
		{pkerr.MakeCode(0, 302), pkerr.BadRequest},
		{pkerr.MakeCode(0, 600), pkerr.InternalServerError},
		{pkerr.BadRequest, 0},
	}
	for _, test := range isNot {
		require.NotErrorIs(t, test.a, test.b)
		require.NotErrorIs(t, test.b, test.a)
	}

	require.NotErrorIs(t, pkerr.NotFound, errors.New("404"))
	require.NotErrorIs(t, pkerr.NotFound, pkerr.NotFound.WithMessage("m"), "an *Error is a target by itself alone")
	require.NotErrorIs(t, nil, pkerr.Code(0))
	require.NotErrorIs(t, pkerr.NotFound, nil)
}

func TestCode_As(t *testing.T) {
	for c := range pkerr.Codes() {
		e, ok := errors.AsType[*pkerr.Error](fmt.Errorf("get: %w", c))
		require.True(t, ok)
		require.Equal(t, &pkerr.Error{Code: c}, e)
		e.Message = "changed"
		again, _ := errors.AsType[*pkerr.Error](c)
		require.Empty(t, again.Message, "each call makes a new one")
	}

	unknown, ok := errors.AsType[*pkerr.Error](pkerr.MakeCode(99999, 418))
	require.True(t, ok)
	require.Equal(t, pkerr.MakeCode(99999, 418), unknown.Code)

	_, ok = errors.AsType[*pkerr.Error](pkerr.Code(0))
	require.False(t, ok)
	for _, target := range []any{nil, (**pkerr.Error)(nil), new(pkerr.Code), new(error), "x"} {
		require.False(t, pkerr.NotFound.As(target), "%T", target)
	}
}

func TestCode_Class(t *testing.T) {
	for code, want := range map[pkerr.Code]pkerr.Code{
		pkerr.MemberNotFoundWithRef: pkerr.NotFound,
		pkerr.NotFound:              pkerr.NotFound,
		pkerr.NotOwnMember:          pkerr.Forbidden,
		pkerr.ModelParse:            pkerr.BadRequest,
		pkerr.Unimplemented:         pkerr.InternalServerError,
		99999_404:                   pkerr.NotFound,
		99999_418:                   pkerr.BadRequest,
		418:                         pkerr.BadRequest,
		503:                         pkerr.InternalServerError,
		302:                         300,
		999:                         900,
		20002_007:                   0,
		-20002_404:                  0,
		0:                           0,
	} {
		require.Equal(t, want, code.Class(), "%v", code)
	}
	for _, p := range pairs(t) {
		class := p.code().Class()
		require.Zero(t, class.Number())
		require.ErrorIs(t, p.code(), class)
		require.Equal(t, class, class.Class())
	}
}

func TestCode_Is_PlainCodesDiffer(t *testing.T) {
	var plain []pkerr.Code
	for c := range pkerr.Codes() {
		if c.Number() == 0 {
			plain = append(plain, c)
		}
	}
	require.GreaterOrEqual(t, len(plain), 10)
	for _, a := range plain {
		for _, b := range plain {
			require.Equal(t, a == b, errors.Is(a, b), "%v is %v", a, b)
		}
	}
}

func TestCode_Is_Allocations(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("a: %w", fmt.Errorf("b: %w", err)) }
	errs := map[string]error{
		"a code":          wrap(pkerr.MemberNotFoundWithRef),
		"an unknown code": wrap(pkerr.MakeCode(99999, 404)),
		"an error":        wrap(pkerr.MemberNotFound.WithRef("abcde")),
		"a cause":         wrap(pkerr.InternalServerError.WithCause(pkerr.MemberNotFound)),
		"another error":   wrap(errors.New("other")),
	}
	for how, use := range map[string]func(error){
		"itself":      func(err error) { _ = errors.Is(err, pkerr.MemberNotFoundWithRef) },
		"its base":    func(err error) { _ = errors.Is(err, pkerr.MemberNotFound) },
		"its class":   func(err error) { _ = errors.Is(err, pkerr.NotFound) },
		"another":     func(err error) { _ = errors.Is(err, pkerr.TooManyRequests) },
		"unknown":     func(err error) { _ = errors.Is(err, pkerr.Code(99999_404)) },
		"AsType":      func(err error) { _, _ = errors.AsType[*pkerr.Error](err) },
		"CodeOf":      func(err error) { _ = pkerr.CodeOf(err) },
		"RetryAfter":  func(err error) { _, _ = pkerr.RetryAfter(err) },
		"Ref":         func(err error) { _, _ = pkerr.Ref(err) },
		"FieldErrors": func(err error) { _ = pkerr.FieldErrors(err) },
		"ActionOf":    func(err error) { _ = pkerr.ActionOf(err) },
	} {
		for what, err := range errs {
			want := 0.0
			if how == "AsType" && strings.HasSuffix(what, "code") {
				want = 2 // As of a code returns a new *Error
			}
			require.InDelta(t, want, testing.AllocsPerRun(100, func() { use(err) }), 0, "%s, of %s", how, what)
		}
	}
	code := errs["a code"]
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = errors.AsType[pkerr.Code](code) }))
}

// printed has codes of all kinds, with their output.
var printed = []struct {
	code     pkerr.Code
	text     string // of String
	err      string // of Error
	number   int64  // of the verbs for integers
	goSyntax string
}{
	{pkerr.MemberNotFoundWithRef, "20003/404", "20003/404: Member not found.", 20003, "pkerr.MemberNotFoundWithRef"},
	{pkerr.NotFound, "0/404", "404: Not Found", 0, "pkerr.NotFound"},
	{pkerr.Unimplemented, "50001/501", "50001/501: Unimplemented", 50001, "pkerr.Unimplemented"},
	{pkerr.MakeCode(99999, 418), "99999/418", "99999/418: status 418", 99999, "pkerr.MakeCode(99999, 418)"},
	{pkerr.MakeCode(0, 503), "0/503", "status 503", 0, "pkerr.MakeCode(0, 503)"},
	{pkerr.MakeCode(20003, 410), "20003/410", "20003/410: Member not found.", 20003, "pkerr.MakeCode(20003, 410)"},
	{
		pkerr.MakeCode(math.MaxInt64/1000, 807), "9223372036854775/807", "9223372036854775/807: status 807",
		math.MaxInt64 / 1000, "pkerr.MakeCode(9223372036854775, 807)",
	},
}

func TestCode_Format(t *testing.T) {
	for _, p := range printed {
		quoted := `"` + p.err + `"`
		decimal := strconv.FormatInt(p.number, 10)
		for format, want := range map[string]string{
			"%v":     p.err,
			"%+v":    p.err,
			"%s":     p.err,
			"%q":     quoted,
			"%#v":    p.goSyntax,
			"%d":     decimal,
			"%x":     strconv.FormatInt(p.number, 16),
			"%#x":    "0x" + strconv.FormatInt(p.number, 16),
			"%o":     strconv.FormatInt(p.number, 8),
			"%b":     strconv.FormatInt(p.number, 2),
			"%44v":   fmt.Sprintf("%44s", p.err),
			"%-44s|": fmt.Sprintf("%-44s|", p.err),
			"%44q":   fmt.Sprintf("%44s", quoted),
			"%24d":   fmt.Sprintf("%24s", decimal),
			"%024d":  fmt.Sprintf("%024d", p.number),
			"%.3s":   p.err[:3],
			"%t":     "%!t(pkerr.Code=" + p.text + ")",
			"%f":     "%!f(pkerr.Code=" + p.text + ")",
		} {
			require.Equal(t, want, fmt.Sprintf(format, p.code), format)
		}
		require.Equal(t, p.err, p.code.Error())
		require.Equal(t, p.err, fmt.Sprint(p.code))
		require.Equal(t, p.text, p.code.String())
		require.Equal(t, "["+p.err+"]", fmt.Sprint([]pkerr.Code{p.code}))
		require.Equal(t, "wrapped: "+p.err, fmt.Errorf("wrapped: %w", p.code).Error())
		require.Equal(t, "{"+p.err+" "+p.err+"}", fmt.Sprint(struct {
			Code pkerr.Code
			Err  error
		}{p.code, p.code}))
	}
}

func TestCode_MarshalText_InJSON(t *testing.T) {
	for _, p := range printed {
		value, err := json.Marshal(p.code)
		require.NoError(t, err)
		require.Equal(t, `"`+p.text+`"`, string(value))

		counts := map[pkerr.Code]int{p.code: 2}
		object, err := json.Marshal(counts)
		require.NoError(t, err)
		require.Equal(t, `{"`+p.text+`":2}`, string(object))

		var back map[pkerr.Code]int
		require.NoError(t, json.Unmarshal(object, &back))
		require.Equal(t, counts, back)
	}
}

// The packed integer of a constant must never be printed.
func TestCode_NeverPrintsTheInteger(t *testing.T) {
	all := slices.Collect(pkerr.Codes())
	all = append(all, math.MaxInt64, math.MinInt64, -1, -20003_404, 20003_000, 20003_007, 1_000, 12345)
	for _, c := range all {
		raw := strconv.FormatInt(int64(c), 10)
		if len(raw) <= 3 {
			continue // a plain code, whose status is the raw integer
		}
		for _, verb := range "vsqdxXobOtcUeEfFgG" {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "30", "+#", ".20"} {
				require.NotContains(t, fmt.Sprintf("%"+flags+string(verb), c), raw, "%%%s%c", flags, verb)
			}
		}
		value, err := json.Marshal(map[pkerr.Code]any{c: c})
		require.NoError(t, err)
		require.NotContains(t, string(value), raw)
		require.NotContains(t, c.Error(), raw)
		require.NotContains(t, c.LogValue().String(), raw)
		require.NotContains(t, c.String(), raw)
		value, err = c.WithMessage("m").MarshalJSON()
		require.NoError(t, err)
		require.NotContains(t, string(value), raw)
	}
}

// The output of %#v is Go.
func TestCode_Format_GoSyntax(t *testing.T) {
	for _, p := range printed {
		require.Equal(t, p.goSyntax, fmt.Sprintf("%#v", p.code))
		_, err := parser.ParseExpr(p.goSyntax)
		require.NoError(t, err)
	}
	for c := range pkerr.Codes() {
		require.Equal(t, "pkerr."+c.Name(), fmt.Sprintf("%#v", c))
	}
}

func TestCode_Error(t *testing.T) {
	tests := map[pkerr.Code]string{
		pkerr.MemberNotFound:            "20002/404: Member not found.",
		pkerr.MemberNotFoundWithRef:     "20003/404: Member not found.",
		pkerr.NotFound:                  "404: Not Found",
		pkerr.Gone:                      "410: Unsupported API version",
		pkerr.MakeCode(99999, 404):      "99999/404: 404: Not Found",
		pkerr.MakeCode(20003, 410):      "20003/410: Member not found.",
		pkerr.MakeCode(0, 418):          "status 418",
		0:                               "0/0: no error code",
		pkerr.MakeCode(1234567890, 404): "1234567890/404: 404: Not Found",
	}
	for code, want := range tests {
		require.EqualError(t, code, want)
	}
}

func TestCode_MarshalText_RoundTrip(t *testing.T) {
	all := slices.Collect(pkerr.Codes())
	for _, p := range pairs(t) {
		all = append(all, p.code())
	}
	all = append(all, 0)
	for _, c := range all {
		text, err := c.MarshalText()
		require.NoError(t, err)
		back := pkerr.Code(-1)
		require.NoError(t, back.UnmarshalText(text), "%s", text)
		require.Equal(t, c, back)
	}
}

// invalidTexts are not the text of any code.
var invalidTexts = []string{
	"", "/", "0", "404", "20003404", "20003", "20003/", "/404", "20003/404/", "20003/404/1", "20003//404",
	" 20003/404", "20003/404 ", "20003 / 404", "+20003/404", "20003/+404", "-20003/404", "20003/-404", "-0/404", "0/-0",
	"020003/404", "20003/0404", "00/404", "0/00", "20003/0", "20003/99", "20003/1000", "0/099",
	"20_003/404", "0x4e23/404", "2e4/404", "20003.0/404", "20003/4e2", "２０００３/404",
	"9223372036854775/808", "9223372036854776/404", "99999999999999999999999/404", "0/99999999999999999999999",
	"null", "true", "MemberNotFound", "20003/404\x00", "20003/404\n", "\xff/404", "\x1b[31m/404", strings.Repeat("1", 1<<20),
}

func TestCode_UnmarshalText_Invalid(t *testing.T) {
	for _, text := range invalidTexts {
		c := pkerr.MemberNotFound
		err := c.UnmarshalText([]byte(text))
		require.Error(t, err, "%.40q", text)
		require.Equal(t, pkerr.MemberNotFound, c, "the receiver is left as it was by %.40q", text)
		require.Contains(t, err.Error(), "is not a code")
		require.Contains(t, err.Error(), `"20003/404"`, "it describes the form of a code")
		requireOneLine(t, err.Error())
	}

	// The same through encoding/json, with values of every type.
	for _, text := range []string{`"junk"`, `20003404`, `20003`, `{}`, `[]`, `true`} {
		c := pkerr.MemberNotFound
		require.Error(t, json.Unmarshal([]byte(text), &c), text)
		require.Equal(t, pkerr.MemberNotFound, c)
	}
	var m map[pkerr.Code]int
	require.Error(t, json.Unmarshal([]byte(`{"20003":1}`), &m))
}

func FuzzCode_UnmarshalText(f *testing.F) {
	for _, p := range printed {
		f.Add(p.text)
	}
	for _, text := range invalidTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const before = pkerr.MemberNotFound
		c := before
		if err := c.UnmarshalText([]byte(text)); err != nil {
			require.Equal(t, before, c)
			requireOneLine(t, err.Error())
			return
		}
		// Every code has only one spelling.
		back, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(back))
		require.Equal(t, c, pkerr.MakeCode(c.Number(), c.Status()))
	})
}

// Codes work in a switch and as the keys of a map.
func TestCode_AsKey(t *testing.T) {
	seen := map[error]int{}
	for c := range pkerr.Codes() {
		seen[c]++
		seen[pkerr.MakeCode(c.Number(), c.Status())]++
	}
	require.GreaterOrEqual(t, len(seen), 39)
	require.Equal(t, []int{2}, slices.Compact(slices.Collect(maps.Values(seen))))
}
