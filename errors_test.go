package pkerr_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// requireOneLine asserts that s is safe to print: one bounded line without
// control characters.
func requireOneLine(t testing.TB, s string) {
	t.Helper()
	require.LessOrEqual(t, len(s), 4<<10)
	requireSafe(t, s)
}

// requireSafe asserts that s has no line break and nothing that controls a
// terminal.
func requireSafe(t testing.TB, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s), "%.200q is UTF-8", s)
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			require.Failf(t, "not one safe line", "%U in %.200q", r, s)
		}
	}
}

// panics is an error whose every method panics.
type panics struct{}

func (*panics) Error() string { panic("Error was called\n\x1b[31m\u202e") }

// pointer is an error whose Error method panics on nil.
type pointer struct{ text string }

func (p *pointer) Error() string { return p.text }

// uncomparable is an error that == panics on.
type uncomparable []string

func (u uncomparable) Error() string { return strings.Join(u, "\n") }

// unsafeTexts must not be printed unescaped.
var unsafeTexts = map[string]string{
	"lines":       "one\ntwo\r\nthree\vfour\ffive\u0085six\u2028seven\u2029eight",
	"ANSI":        "\x1b[31mred\x1b[0m\x1b]0;title\a\u009b31m",
	"bidi":        "\u202ereversed\u202c \u2066isolated\u2069 \u200e\u200f\u061c",
	"unseen":      "a\u200bb\ufeffc\u00add\u2060e\x00f\x7fg\U000e0041h",
	"bytes":       "\xff\xfe\xc3\x28\xed\xa0\x80\xf4\x90\x80\x80",
	"format":      "%s%n%d%!%[99]d%*d%",
	"JSON":        `"},{"message":"`,
	"HTML":        "<script>alert('&')</script>",
	"long":        strings.Repeat("x", 1<<20),
	"long\n":      strings.Repeat("\n", 1<<14),
	"long \u202e": strings.Repeat("\u202e\xff", 1<<14),
	"emoji":       strings.Repeat("👩‍🚀", 1<<10),
}

// hostile returns errors that are hard to print, including the nil and the zero
// one.
func hostile() map[string]*pkerr.Error {
	many := pkerr.Fields{}
	for i := range 50_000 {
		many.TooLong("key\n"+strconv.Itoa(i), math.MinInt32, math.MaxInt32)
	}
	errs := map[string]*pkerr.Error{
		"nil":               nil,
		"zero":              {},
		"50k fields":        {Code: pkerr.ModelParse, Fields: many},
		"empty fields":      {Code: pkerr.ModelParse, Fields: pkerr.Fields{}},
		"field of nothing":  {Code: pkerr.ModelParse, Fields: pkerr.Fields{"name": nil, "": {}}},
		"field of zero":     {Fields: pkerr.Fields{"": {{}}}},
		"many of one field": {Fields: pkerr.Fields{"name": make([]pkerr.ErrorObject, 50_000)}},
		"negative wait":     {RetryAfter: new(time.Duration(math.MinInt64))},
		"huge wait":         {RetryAfter: new(time.Duration(math.MaxInt64))},
		"braces":            {Code: pkerr.MemberNotFoundWithRef, Message: "Member '{memberRef}' not found."},
		"panicking cause":   pkerr.InternalServerError.WithCause(&panics{}),
		"nil panics":        pkerr.InternalServerError.WithCause((*panics)(nil)),
		"nil pointer":       pkerr.InternalServerError.WithCause((*pointer)(nil)),
		"nil *Error":        pkerr.InternalServerError.WithCause((*pkerr.Error)(nil)),
		"nil cause":         pkerr.InternalServerError.WithCause(nil),
		"uncomparable":      pkerr.InternalServerError.WithCause(uncomparable{"a", "b"}),
		"wrapped badly":     pkerr.InternalServerError.WithCause(fmt.Errorf("a\n%w", uncomparable{"\x1b"})),
	}
	for _, code := range []pkerr.Code{math.MinInt64, math.MaxInt64, -1, -404, -20003_404, 7, 20003_000, 20002_007} {
		errs[fmt.Sprintf("code %d", int64(code))] = &pkerr.Error{Code: code}
	}
	for name, text := range unsafeTexts {
		o := pkerr.ErrorObject{Message: text, MaxLength: new(-1), ActualLength: new(math.MaxInt)}
		errs[name] = &pkerr.Error{
			Code:       pkerr.ModelParse,
			Message:    text,
			Fields:     pkerr.Fields{text: {o, o, o}, text + "2": {o, o, o}, "3": {o}},
			RetryAfter: new(time.Duration(math.MinInt64)),
			Scope:      text,
		}
		errs[name+" cause"] = errs[name].WithCause(errors.New(text))
		errs[name+" causes"] = errs[name].WithCause(fmt.Errorf("%s: %w", text, errs[name+" cause"]))
		errs[name+" ref"] = pkerr.MemberNotFound.WithRef(text)
	}
	return errs
}

// exercise calls every method of e, and prints it in every way.
func exercise(t testing.TB, e *pkerr.Error) {
	for _, format := range []string{
		"%v", "%+v", "%#v", "%s", "%+s", "%#s", "%q", "%+q", "%#q", "% s", "%10s", "%-10v", "%.5s", "%d", "%+d", "%#d", "%t", "%c", "%p", "%T",
	} {
		requireOneLine(t, fmt.Sprintf(format, e))
	}
	require.Equal(t, fmt.Sprintf("%x", e.Error()), fmt.Sprintf("%x", e))
	require.Equal(t, fmt.Sprintf("% X", e.Error()), fmt.Sprintf("% X", e))
	requireOneLine(t, e.Error())
	requireOneLine(t, fmt.Sprint(e))
	requireOneLine(t, fmt.Sprintf("%v", []any{e}))
	requireOneLine(t, fmt.Errorf("wrapped: %w", e).Error())

	var text, js bytes.Buffer
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&text, nil)), slog.New(slog.NewJSONHandler(&js, nil))} {
		logger.LogAttrs(context.Background(), slog.LevelInfo, "m", slog.Any("err", e), slog.Any("code", pkerr.CodeOf(e)))
	}
	for _, out := range []string{text.String(), js.String()} {
		require.LessOrEqual(t, len(out), 8<<10, "text repeats the other keys")
		requireSafe(t, strings.TrimSuffix(out, "\n"))
	}
	require.True(t, json.Valid(js.Bytes()), "%.200s", js.String())

	body, err := e.MarshalJSON()
	require.NoError(t, err)
	require.True(t, json.Valid(body), "%.200q", body)
	require.True(t, utf8.Valid(body))
	require.NotContains(t, string(body), "\n")
	_, err = json.Marshal(e)
	require.NoError(t, err)

	for _, c := range []*pkerr.Error{
		e.WithRef("r"), e.WithMessage("m"), e.WithFields(nil), e.WithRetryAfter(-1), e.WithScope("s"), e.WithCause(nil),
	} {
		require.NotNil(t, c)
		require.NotSame(t, e, c)
	}
	_ = e.Unwrap()
	_ = e.Is(nil)
	_ = e.Is(pkerr.NotFound)
	require.False(t, e.As(nil))
	require.False(t, e.As(pkerr.NotFound))
	require.False(t, e.As((*pkerr.Code)(nil)))
	_ = e.Response().Err(404)

	var none error
	for _, err := range []error{e, fmt.Errorf("a: %w", e), errors.Join(none, e)} {
		_ = pkerr.CodeOf(err)
		_ = pkerr.FieldErrors(err)
		_, _ = pkerr.Ref(err)
		d, _ := pkerr.RetryAfter(err)
		require.GreaterOrEqual(t, d, time.Duration(0))
	}
}

func TestError_Hostile(t *testing.T) {
	for name, e := range hostile() {
		t.Run(name, func(t *testing.T) { exercise(t, e) })
	}
}

func TestCode_Hostile(t *testing.T) {
	for _, c := range []pkerr.Code{0, math.MinInt64, math.MaxInt64, -1, -404, -999, -20003_404, 7, 999, 20003_000, 20002_007} {
		for _, verb := range "vsqdxXobOtcUeg" {
			requireOneLine(t, fmt.Sprintf("%"+string(verb), c))
			requireOneLine(t, fmt.Sprintf("%#"+string(verb), c))
		}
		requireOneLine(t, c.Error())
		_, _, _, _ = c.Name(), c.Message(), c.Base(), c.LogValue()
		for _, e := range []*pkerr.Error{
			c.WithRef("r"), c.WithMessage("m"), c.WithRetryAfter(1), c.WithScope("s"), c.WithCause(io.EOF),
		} {
			requireOneLine(t, e.Error())
			require.Equal(t, c == 0, e.Code == 0, "a builder keeps the code of %v, or refines it", c)
		}
	}
}

func TestError_ConcurrentUse(t *testing.T) {
	errs := hostile()
	delete(errs, "50k fields") // slow, and not different from fewer fields
	delete(errs, "many of one field")
	before := errs["lines"].WithMessage(errs["lines"].Message)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, e := range errs {
				_, _, _ = e.Error(), e.Response(), e.LogValue()
				_, _ = e.MarshalJSON()
				_, _ = fmt.Sprintf("%#v", e), e.WithRef("r").WithScope("s").WithRetryAfter(1)
				_, _ = pkerr.FieldErrors(e), errors.Is(e, pkerr.NotFound)
			}
			for c := range pkerr.Codes() {
				_, _, _ = c.Error(), c.WithRef("r"), c.Base()
			}
		})
	}
	wg.Wait()
	require.Equal(t, before, errs["lines"])
}

func TestError_Error(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	fields.Invalid("color")
	tests := []struct {
		err  error
		want string
	}{
		{pkerr.MemberNotFound.WithRef("abcde"), "20003/404: Member 'abcde' not found."},
		{pkerr.SystemNotFound.WithMessage("no"), "20001/404: no"},
		{pkerr.NotFound.WithMessage("no such member"), "404: no such member"},
		{pkerr.BadRequest.WithMessage("400: Bad Request"), "400: Bad Request"},
		{fields.Err(), "40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is too long. (actual_length 103, max_length 100)"},
		{pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"), "429: too many requests (scope generic_get, retry after 19ms)"},
		{pkerr.InternalServerError.WithCause(io.ErrUnexpectedEOF), "500: Internal Server Error: unexpected EOF"},
		{pkerr.InternalServerError.WithCause(pkerr.MemberNotFound), "500: Internal Server Error: 20002/404: Member not found."},
		{&pkerr.Error{}, "0/0: no error code"},
		{&pkerr.Error{Message: "m"}, "0/0: m"},
		{(*pkerr.Error)(nil), "<nil>"},
	}
	for _, test := range tests {
		require.EqualError(t, test.err, test.want)
		require.Equal(t, test.want, fmt.Sprintf("%v", test.err))
		require.Equal(t, test.want, fmt.Sprintf("%+v", test.err))
		require.Equal(t, strconv.Quote(test.want), fmt.Sprintf("%q", test.err))
		require.Equal(t, "%!d(*pkerr.Error="+test.want+")", fmt.Sprintf("%d", test.err))
	}
}

// A key without an error is neither printed nor logged nor found.
func TestError_KeysWithoutErrors(t *testing.T) {
	plain := &pkerr.Error{Code: pkerr.ModelParse}
	for _, fields := range []pkerr.Fields{{}, {"name": nil}, {"name": {}, "color": nil}} {
		e := &pkerr.Error{Code: pkerr.ModelParse, Fields: fields}
		require.Equal(t, plain.Error(), e.Error())
		require.Equal(t, fmt.Sprintf("%#v", plain), fmt.Sprintf("%#v", e))
		require.Equal(t, plain.LogValue().String(), e.LogValue().String())
		require.Nil(t, pkerr.FieldErrors(e))
		require.Equal(t, plain.Response(), e.Response())

		// It does not hide the fields of another error either.
		var other pkerr.Fields
		other.Invalid("color")
		require.Equal(t, other, pkerr.FieldErrors(errors.Join(e, other.Err())))
	}
}

func TestError_Format_GoSyntax(t *testing.T) {
	var fields pkerr.Fields
	fields.Invalid("color")
	tests := []struct {
		err  *pkerr.Error
		want string
	}{
		{nil, "(*pkerr.Error)(nil)"},
		{pkerr.MemberNotFound.WithRef("abcde"), `&pkerr.Error{Code: pkerr.MemberNotFoundWithRef, Message: "Member 'abcde' not found."}`},
		{
			pkerr.ModelParse.WithCause(io.EOF).WithFields(fields).WithRetryAfter(0).WithScope("s"),
			`&pkerr.Error{Code: pkerr.ModelParse, Fields: {color: Field color is invalid.}, RetryAfter: 0s, Scope: "s", cause: "EOF"}`,
		},
	}
	for _, test := range tests {
		require.Equal(t, test.want, fmt.Sprintf("%#v", test.err))
	}
}

func TestError_Is_NeverPanics(t *testing.T) {
	var all []error
	for _, e := range hostile() {
		all = append(all, e, fmt.Errorf("wrapped: %w", e))
		if e != nil {
			all = append(all, errors.Unwrap(e))
		}
	}
	for c := range pkerr.Codes() {
		all = append(all, c)
	}
	all = append(all, nil, pkerr.Code(0), pkerr.Code(math.MinInt64), uncomparable{}, io.EOF, fs.ErrNotExist, errors.Join(io.EOF, pkerr.NotFound))
	for _, a := range all {
		for _, b := range all {
			require.NotPanics(t, func() { errors.Is(a, b) })
		}
	}
}

func TestError_Is_Itself(t *testing.T) {
	a, b := pkerr.NotFound.WithMessage("m"), pkerr.NotFound.WithMessage("m")
	require.ErrorIs(t, a, a)
	require.NotErrorIs(t, a, b, "two errors of one code are two errors")
	require.ErrorIs(t, a, pkerr.NotFound)

	cause := pkerr.BadRequest.WithCause(fmt.Errorf("read: %w", io.ErrUnexpectedEOF))
	require.ErrorIs(t, cause, io.ErrUnexpectedEOF)
	require.ErrorIs(t, cause, pkerr.BadRequest)
	require.NotErrorIs(t, cause, pkerr.InternalServerError)
	require.ErrorIs(t, pkerr.InternalServerError.WithCause(pkerr.MemberNotFound), pkerr.NotFound, "it also matches its cause")
	require.NotErrorIs(t, (*pkerr.Error)(nil), pkerr.Code(0))
	require.ErrorIs(t, &pkerr.Error{}, pkerr.Code(0))
}

func TestError_As(t *testing.T) {
	e := pkerr.MemberNotFound.WithRef("abcde")
	code, ok := errors.AsType[pkerr.Code](fmt.Errorf("a: %w", e))
	require.True(t, ok)
	require.Equal(t, pkerr.MemberNotFoundWithRef, code)

	same, ok := errors.AsType[*pkerr.Error](fmt.Errorf("a: %w", e))
	require.True(t, ok)
	require.Same(t, e, same)

	var into pkerr.Code
	require.ErrorAs(t, fmt.Errorf("a: %w", pkerr.Gone), &into)
	require.Equal(t, pkerr.Gone, into)

	for _, err := range []error{nil, io.EOF, (*pkerr.Error)(nil), &pkerr.Error{}} {
		_, ok := errors.AsType[pkerr.Code](err)
		require.False(t, ok, "%v has no code", err)
	}
}

// builders has every method that returns a new error.
var builders = map[string]func(*pkerr.Error) *pkerr.Error{
	"WithRef":     func(e *pkerr.Error) *pkerr.Error { return e.WithRef("other") },
	"WithMessage": func(e *pkerr.Error) *pkerr.Error { return e.WithMessage("other") },
	"WithFields": func(e *pkerr.Error) *pkerr.Error {
		return e.WithFields(pkerr.Fields{"other": {{Message: "other"}}})
	},
	"WithRetryAfter": func(e *pkerr.Error) *pkerr.Error { return e.WithRetryAfter(time.Hour) },
	"WithScope":      func(e *pkerr.Error) *pkerr.Error { return e.WithScope("other") },
	"WithCause":      func(e *pkerr.Error) *pkerr.Error { return e.WithCause(io.EOF) },
	"Response.Err":   func(e *pkerr.Error) *pkerr.Error { return e.Response().Err(404) },
}

// full returns a new error with all fields set.
func full() *pkerr.Error {
	return (&pkerr.Error{
		Code:       pkerr.MemberNotFoundWithRef,
		Message:    "Member 'abcde' not found.",
		Fields:     fullFields(),
		RetryAfter: new(time.Second),
		Scope:      "generic_get",
	}).WithCause(io.ErrUnexpectedEOF)
}

func fullFields() pkerr.Fields {
	return pkerr.Fields{
		"name":  {{Message: "Field name is too long.", MaxLength: new(100), ActualLength: new(103)}, {Message: "m"}},
		"color": {{Message: "Field color is invalid."}},
	}
}

// modify changes everything that can be reached from e.
func modify(e *pkerr.Error) {
	spoilFields(e.Fields)
	if e.RetryAfter != nil {
		*e.RetryAfter = -1
	}
	*e = pkerr.Error{Code: -1, Message: "spoilt", Scope: "spoilt"}
}

func spoilFields(fields pkerr.Fields) {
	for key, objects := range fields {
		_ = append(objects, pkerr.ErrorObject{Message: "spoilt"})
		for i, o := range objects {
			if o.MaxLength != nil {
				*o.MaxLength = -1
			}
			if o.ActualLength != nil {
				*o.ActualLength = -1
			}
			objects[i] = pkerr.ErrorObject{Message: "spoilt"}
		}
		delete(fields, key)
	}
	if fields != nil {
		fields["spoilt"] = nil
	}
}

func TestError_With_ChangesNothing(t *testing.T) {
	for name, build := range builders {
		t.Run(name, func(t *testing.T) {
			e := full()
			built := build(e)
			require.Equal(t, full(), e, "the receiver is unchanged")
			require.NotSame(t, e, built)

			modify(built)
			require.Equal(t, full(), e, "the result shares nothing with the receiver")

			built = build(e)
			modify(e)
			require.Equal(t, build(full()), built, "and the receiver nothing with the result")

			require.NotNil(t, build(nil), "nil counts as the zero Error")
			require.Equal(t, build(&pkerr.Error{}), build(nil))
		})
	}
}

func TestError_With_CopiesArguments(t *testing.T) {
	given := fullFields()
	e := full().WithFields(given)
	err := given.Err()
	response := pkerr.Response{Message: "m", Errors: given, RetryAfter: new(int64(5))}
	decoded := response.Err(400)
	o := pkerr.ErrorObject{Message: "m", MaxLength: new(1), ActualLength: new(2)}
	var fields pkerr.Fields
	fields.Add("key", o)

	*o.MaxLength, *o.ActualLength = -1, -1
	*response.RetryAfter = -1
	spoilFields(given)

	require.Equal(t, fullFields(), e.Fields)
	require.Equal(t, fullFields(), pkerr.FieldErrors(err))
	require.Equal(t, fullFields(), decoded.Fields)
	require.Equal(t, 5*time.Millisecond, *decoded.RetryAfter)
	require.Equal(t, pkerr.Fields{"key": {{Message: "m", MaxLength: new(1), ActualLength: new(2)}}}, fields)
}

func TestFieldErrors_Copies(t *testing.T) {
	e := full()
	spoilFields(pkerr.FieldErrors(e))
	r := e.Response()
	spoilFields(r.Errors)
	*r.RetryAfter = -1
	require.Equal(t, full(), e)
}

func TestError_With_SetsOneThing(t *testing.T) {
	fields := pkerr.Fields{"other": {{Message: "other"}}}
	for name, change := range map[string]func(*pkerr.Error){
		"WithRef": func(e *pkerr.Error) {
			if e.Code == pkerr.MemberNotFoundWithRef {
				e.Message = "Member 'other' not found."
			}
		},
		"WithMessage":    func(e *pkerr.Error) { e.Message = "other" },
		"WithFields":     func(e *pkerr.Error) { e.Fields = fields },
		"WithRetryAfter": func(e *pkerr.Error) { e.RetryAfter = new(time.Hour) },
		"WithScope":      func(e *pkerr.Error) { e.Scope = "other" },
		"WithCause":      func(e *pkerr.Error) { *e = *e.WithCause(io.EOF) },
	} {
		want := full()
		change(want)
		require.Equal(t, want, builders[name](full()), name)

		want = &pkerr.Error{Code: pkerr.Gone}
		change(want)
		require.Equal(t, want, builders[name](&pkerr.Error{Code: pkerr.Gone}), name)
	}

	// On a Code they do the same as on an error with only that code.
	bare := &pkerr.Error{Code: pkerr.GroupNotFound}
	require.Equal(t, bare.WithRef("r"), pkerr.GroupNotFound.WithRef("r"))
	require.Equal(t, bare.WithMessage("m"), pkerr.GroupNotFound.WithMessage("m"))
	require.Equal(t, bare.WithRetryAfter(1), pkerr.GroupNotFound.WithRetryAfter(1))
	require.Equal(t, bare.WithScope("s"), pkerr.GroupNotFound.WithScope("s"))
	require.Equal(t, bare.WithCause(io.EOF), pkerr.GroupNotFound.WithCause(io.EOF))

	require.Nil(t, full().WithCause(nil).Unwrap())
	require.Nil(t, full().WithFields(nil).Fields)
	require.Equal(t, time.Duration(0), *pkerr.TooManyRequests.WithRetryAfter(-time.Second).RetryAfter)
}

// refCodes pairs codes with their form that has a reference.
var refCodes = []struct {
	code, named pkerr.Code
	text        string
}{
	{pkerr.MemberNotFound, pkerr.MemberNotFoundWithRef, "Member 'abcde' not found."},
	{pkerr.GroupNotFound, pkerr.GroupNotFoundWithRef, "Group 'abcde' not found."},
	{pkerr.NotOwnMember, pkerr.NotOwnMemberWithRef, "Member 'abcde' is not part of your system."},
	{pkerr.NotOwnGroup, pkerr.NotOwnGroupWithRef, "Group 'abcde' is not part of your system."},
}

func TestCode_WithRef(t *testing.T) {
	for _, test := range refCodes {
		want := &pkerr.Error{Code: test.named, Message: test.text}
		require.Equal(t, want, test.code.WithRef("abcde"))
		require.Equal(t, want, test.named.WithRef("abcde"))
		require.Equal(t, want, test.code.WithRef("first").WithRef("abcde"), "the last one counts")
		require.Equal(t, want, test.code.WithMessage("m").WithRef("abcde"))
		require.Equal(t, want, test.named.WithMessage(test.named.Message()).WithRef("abcde"))

		ref, ok := pkerr.Ref(test.code.WithRef("abcde"))
		require.True(t, ok)
		require.Equal(t, "abcde", ref)

		// The same number with any other status.
		for _, status := range []int{100, 410, 404, 403, 500, 999} {
			for _, code := range []pkerr.Code{test.code, test.named} {
				e := pkerr.MakeCode(code.Number(), status).WithRef("abcde")
				require.Equal(t, pkerr.MakeCode(test.named.Number(), status), e.Code)
				require.Equal(t, test.text, e.Message)
				ref, ok := pkerr.Ref(e)
				require.True(t, ok)
				require.Equal(t, "abcde", ref)
			}
		}
	}
}

func TestCode_WithRef_NamesNothing(t *testing.T) {
	naming := map[int64]bool{}
	for c := range pkerr.Codes() {
		if strings.Contains(c.Message(), "{") {
			naming[c.Number()] = true
			if base := c.Base(); base != 0 {
				naming[base.Number()] = true
			}
		}
	}
	for _, test := range refCodes {
		require.True(t, naming[test.code.Number()] && naming[test.named.Number()])
	}
	for _, p := range pairs(t) {
		if naming[p.number] {
			continue
		}
		require.Equal(t, &pkerr.Error{Code: p.code()}, p.code().WithRef("abcde"))
		e := p.code().WithMessage("m").WithScope("s")
		require.Equal(t, e, e.WithRef("abcde"))
	}
	require.Equal(t, &pkerr.Error{}, (&pkerr.Error{}).WithRef("abcde"))
}

// A template is sent with its reference filled in, or not at all.
func TestError_NeverSendsTemplates(t *testing.T) {
	for _, test := range refCodes {
		template := test.named.Message()
		for _, status := range []int{test.named.Status(), 410, 999} {
			code := pkerr.MakeCode(test.named.Number(), status)
			for how, e := range map[string]*pkerr.Error{
				"the code":                 {Code: code},
				"without a text":           code.WithMessage(""),
				"with the template":        code.WithMessage(template),
				"the template of another":  code.WithMessage(pkerr.GroupNotFoundWithRef.Message()),
				"received":                 pkerr.Response{Code: code.Number()}.Err(status),
				"received with a template": pkerr.Response{Code: code.Number(), Message: template}.Err(status),
				"with other things":        code.WithScope("s").WithRetryAfter(1).WithCause(io.EOF),
			} {
				want := test.code.Message()
				require.Equal(t, want, e.Response().Message, how)
				body, err := e.MarshalJSON()
				require.NoError(t, err)
				require.Contains(t, string(body), `"message":"`+want+`"`, how)
				require.NotContains(t, e.Error(), "{", how)
				require.NotContains(t, e.LogValue().String(), "{", how)
				_, ok := pkerr.Ref(e)
				require.False(t, ok, how)
			}
		}
	}
}

func TestRef_UnusualRefs(t *testing.T) {
	for _, ref := range []string{
		"", "'", "''", "' not found.", "Member '", "a' not found.b", "{", "{groupRef}", "{}", "\"", "\\", "\n", "\xff", " ", "👩‍🚀",
		"Member 'x' not found.", strings.Repeat("x", 1<<20),
	} {
		e := pkerr.MemberNotFound.WithRef(ref)
		require.Equal(t, "Member '"+ref+"' not found.", e.Message)
		require.Equal(t, e.Message, e.Response().Message, "it is sent as is")
		got, ok := pkerr.Ref(e)
		require.True(t, ok, "%.40q", ref)
		require.Equal(t, ref, got)
	}

	// This reference looks like the unfilled template.
	e := pkerr.MemberNotFound.WithRef("{memberRef}")
	require.Equal(t, "Member not found.", e.Response().Message)
	_, ok := pkerr.Ref(e)
	require.False(t, ok)
}

func TestRef(t *testing.T) {
	named := pkerr.MemberNotFound.WithRef("abcde")
	tests := map[string]struct {
		err error
		ref string
		ok  bool
	}{
		"nil":                    {nil, "", false},
		"other":                  {io.EOF, "", false},
		"a code":                 {pkerr.MemberNotFoundWithRef, "", false},
		"wrapped":                {fmt.Errorf("a: %w", named), "abcde", true},
		"joined":                 {errors.Join(io.EOF, named), "abcde", true},
		"a cause":                {pkerr.InternalServerError.WithCause(named), "abcde", true},
		"the outermost":          {named.WithCause(pkerr.GroupNotFound.WithRef("inner")), "abcde", true},
		"a code that names none": {pkerr.MemberNotFound.WithMessage("Member 'abcde' not found."), "", false},
		"another text":           {pkerr.MemberNotFoundWithRef.WithMessage("No member abcde."), "", false},
		"half of the text":       {pkerr.MemberNotFoundWithRef.WithMessage("Member ' not found."), "", false},
		"the start of the text":  {pkerr.MemberNotFoundWithRef.WithMessage("Member 'abcde' not fou"), "", false},
		"the end of the text":    {pkerr.MemberNotFoundWithRef.WithMessage("ember 'abcde' not found."), "", false},
		"the text of another":    {pkerr.GroupNotFoundWithRef.WithMessage("Member 'abcde' not found."), "", false},
		"by As":                  {asError{named}, "abcde", true},
	}
	for name, test := range tests {
		ref, ok := pkerr.Ref(test.err)
		require.Equal(t, test.ok, ok, name)
		require.Equal(t, test.ref, ref, name)
	}
}

// asError is an error of another package that provides a pkerr.Error only by
// As.
type asError struct{ inner *pkerr.Error }

func (asError) Error() string { return "another package's" }

func (a asError) As(target any) bool {
	switch target := target.(type) {
	case **pkerr.Error:
		*target = a.inner
	case *pkerr.Code:
		*target = a.inner.Code
	default:
		return false
	}
	return true
}

// refusingError is an error of another package whose As returns false.
type refusingError struct{ inner error }

func (refusingError) Error() string   { return "another package's" }
func (refusingError) As(any) bool     { return false }
func (d refusingError) Unwrap() error { return d.inner }

// manyError is an error of another package that wraps several errors, some of
// them nil.
type manyError []error

func (manyError) Error() string     { return "many" }
func (m manyError) Unwrap() []error { return m }

func TestCodeOf_ForeignErrors(t *testing.T) {
	e := full()
	ways := map[string]error{
		"itself":             e,
		"wrapped":            fmt.Errorf("a: %w", fmt.Errorf("b: %w", e)),
		"wrapped with other": fmt.Errorf("%w and %w", io.EOF, e),
		"joined":             errors.Join(io.EOF, errors.Join(fs.ErrExist, e)),
		"many":               manyError{nil, io.EOF, nil, e, nil},
		"by As":              fmt.Errorf("a: %w", asError{e}),
		"past As":            refusingError{e},
		"a cause":            (&pkerr.Error{}).WithCause(e),
		"past a typed nil":   manyError{(*pkerr.Error)(nil), e},
	}
	for name, err := range ways {
		require.Equal(t, pkerr.MemberNotFoundWithRef, pkerr.CodeOf(err), name)
		d, ok := pkerr.RetryAfter(err)
		require.True(t, ok, name)
		require.Equal(t, time.Second, d, name)
		require.Equal(t, fullFields(), pkerr.FieldErrors(err), name)
		ref, ok := pkerr.Ref(err)
		require.True(t, ok, name)
		require.Equal(t, "abcde", ref, name)
	}

	for _, err := range []error{
		nil, io.EOF, fmt.Errorf("a: %w", io.EOF), errors.Join(io.EOF, fs.ErrExist), (*pkerr.Error)(nil), &pkerr.Error{},
		pkerr.Code(0), asError{}.inner, refusingError{}, manyError{}, manyError{nil},
		fmt.Errorf("a: %w", (*pkerr.Error)(nil)), (&pkerr.Error{}).WithCause(io.EOF),
	} {
		require.Zero(t, pkerr.CodeOf(err), "%v", err)
		_, ok := pkerr.RetryAfter(err)
		require.False(t, ok)
		require.Nil(t, pkerr.FieldErrors(err))
		_, ok = pkerr.Ref(err)
		require.False(t, ok)
	}
}

func TestCodeOf_Outermost(t *testing.T) {
	inner := pkerr.TooManyRequests.WithRetryAfter(time.Second)
	outer := pkerr.InternalServerError.WithCause(inner)
	require.Equal(t, pkerr.InternalServerError, pkerr.CodeOf(outer))
	d, ok := pkerr.RetryAfter(outer)
	require.True(t, ok, "the outer one has none, so the inner one is used")
	require.Equal(t, time.Second, d)

	d, ok = pkerr.RetryAfter(outer.WithRetryAfter(0))
	require.True(t, ok, "0 is a wait, too")
	require.Zero(t, d)

	d, ok = pkerr.RetryAfter(&pkerr.Error{RetryAfter: new(-time.Second)})
	require.True(t, ok)
	require.Zero(t, d, "a negative wait counts as 0")

	require.Equal(t, pkerr.Gone, pkerr.CodeOf(new(pkerr.Gone)), "a pointer to a code is an error, too")
	require.Zero(t, pkerr.CodeOf((*pkerr.Code)(nil)))
	require.Equal(t, pkerr.Gone, pkerr.CodeOf(errors.Join(io.EOF, pkerr.Gone, pkerr.NotFound)))
}

func TestFieldErrors_Nil(t *testing.T) {
	fields := pkerr.FieldErrors(io.EOF)
	require.Empty(t, fields["name"])
	for range fields {
		require.Fail(t, "there are no fields")
	}
}

// The cause of an error is never sent.
func TestError_NeverSendsTheCause(t *testing.T) {
	const secret = "s3cr3t"
	cause := fmt.Errorf("dial: %w", pkerr.MemberNotFound.WithRef(secret).WithCause(errors.New(secret)))
	for _, p := range pairs(t) {
		e := p.code().WithCause(cause)
		for _, marshal := range []func() ([]byte, error){e.MarshalJSON, func() ([]byte, error) { return json.Marshal(e) }} {
			body, err := marshal()
			require.NoError(t, err)
			require.NotContains(t, string(body), secret)
			require.NotContains(t, string(body), "dial")
		}
		require.Equal(t, (&pkerr.Error{Code: p.code()}).Response(), e.Response())
		require.Contains(t, e.Error(), secret, "the log has it")
		require.Contains(t, e.LogValue().String(), secret)
		require.Equal(t, cause, errors.Unwrap(e))
	}
}

func TestFields_Err_NoTypedNil(t *testing.T) {
	require.True(t, pkerr.Fields(nil).Err() == nil)
	require.True(t, pkerr.Fields{}.Err() == nil)
	require.True(t, pkerr.Fields{"name": nil}.Err() == nil)
	require.True(t, (&pkerr.Error{}).Unwrap() == nil)
	require.True(t, (*pkerr.Error)(nil).Unwrap() == nil)
}

// The text of an error does not depend on the order of a map.
func TestError_Error_Deterministic(t *testing.T) {
	var fields pkerr.Fields
	for i := range 100 {
		fields.Invalid("key" + strconv.Itoa(i))
	}
	want := fields.Err().Error()
	for range 20 {
		require.Equal(t, want, fields.Err().Error())
	}
	require.Contains(t, want, "key0: Field key0 is invalid.; key1: Field key1 is invalid.; key10: ")
	require.True(t, strings.HasSuffix(want, "; and 96 more"), want)
}
