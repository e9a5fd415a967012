package pkerr_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// wire returns the bytes that are sent for e.
func wire(t testing.TB, e *pkerr.Error) string {
	t.Helper()
	body, err := e.MarshalJSON()
	require.NoError(t, err)
	return string(body)
}

func TestError_MarshalJSON_EveryCode(t *testing.T) {
	rows := readTable(t)
	texts := map[int64]string{}
	for _, r := range rows {
		texts[r.number] = r.message
	}
	for _, r := range rows {
		text := r.message
		if strings.Contains(text, "{") {
			named := strings.NewReplacer("{memberRef}", "abcde", "{groupRef}", "abcde").Replace(text)
			require.Equal(t, fmt.Sprintf(`{"message":"%s","code":%d}`, named, r.number), wire(t, r.code().WithRef("abcde")))
			text = texts[refines[r.number]]
		}
		want := fmt.Sprintf(`{"message":"%s","code":%d}`, text, r.number)
		require.Equal(t, want, wire(t, &pkerr.Error{Code: r.code()}))
		require.Equal(t, want, wire(t, r.code().WithMessage("")))

		want = fmt.Sprintf(`{"message":"other","code":%d}`, r.number)
		require.Equal(t, want, wire(t, r.code().WithMessage("other")))
	}
}

func TestError_MarshalJSON(t *testing.T) {
	tests := []struct {
		err  *pkerr.Error
		want string
	}{
		{nil, `null`},
		{&pkerr.Error{}, `{"message":"","code":0}`},
		{&pkerr.Error{Code: pkerr.MakeCode(99999, 404)}, `{"message":"404: Not Found","code":99999}`},
		{&pkerr.Error{Code: pkerr.MakeCode(0, 418)}, `{"message":"status 418","code":0}`},
		{&pkerr.Error{Code: pkerr.MakeCode(20003, 410)}, `{"message":"Member not found.","code":20003}`},
		{
			pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"),
			`{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`,
		},
		{pkerr.TooManyRequests.WithRetryAfter(0), `{"message":"429: too many requests","retry_after":0,"code":0}`},
		{pkerr.TooManyRequests.WithScope("token2"), `{"message":"429: too many requests","scope":"token2","code":0}`},
		{&pkerr.Error{Code: pkerr.TooManyRequests}, `{"message":"429: too many requests","code":0}`},
		{(&pkerr.Error{Code: pkerr.ModelParse}).WithFields(pkerr.Fields{"a": {}}), `{"message":"Error parsing JSON model","code":40001}`},
		{
			(&pkerr.Error{Code: pkerr.ModelParse, Fields: pkerr.Fields{"a": {{Message: "b"}}}}).WithRetryAfter(1).WithScope("s"),
			`{"message":"Error parsing JSON model","retry_after":1,"scope":"s","code":40001,"errors":{"a":[{"message":"b"}]}}`,
		},
	}
	for _, test := range tests {
		require.Equal(t, test.want, wire(t, test.err))
		require.True(t, json.Valid([]byte(test.want)))
	}
}

// json.Marshal escapes for HTML. A direct call does not, nor does an Encoder
// with SetEscapeHTML(false).
func TestError_MarshalJSON_HTML(t *testing.T) {
	e := pkerr.BadRequest.WithMessage("<b> & 'c'").WithScope("<s>").WithFields(pkerr.Fields{"<k>": {{Message: "&"}}})
	const plain = `{"message":"<b> & 'c'","scope":"<s>","code":0,"errors":{"<k>":[{"message":"&"}]}}`
	require.Equal(t, plain, wire(t, e))

	escaped, err := json.Marshal(e)
	require.NoError(t, err)
	require.Equal(t, strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(plain), string(escaped))

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(e))
	require.Equal(t, plain+"\n", out.String())
}

func TestError_Response_RetryAfter(t *testing.T) {
	tests := map[time.Duration]int64{
		0:                         0,
		1:                         1,
		time.Millisecond - 1:      1,
		time.Millisecond:          1,
		time.Millisecond + 1:      2,
		1500 * time.Microsecond:   2,
		time.Second:               1000,
		-1:                        0,
		-time.Hour:                0,
		math.MinInt64:             0,
		math.MaxInt64:             9_223_372_036_855,
		9_223_372_036_854_000_000: 9_223_372_036_854,
		365 * 24 * time.Hour:      31_536_000_000,
		334*time.Millisecond + 1*time.Microsecond: 335,
	}
	for d, want := range tests {
		body := fmt.Sprintf(`{"message":"429: too many requests","retry_after":%d,"code":0}`, want)
		for _, e := range []*pkerr.Error{
			pkerr.TooManyRequests.WithRetryAfter(d),
			{Code: pkerr.TooManyRequests, RetryAfter: &d},
		} {
			require.Equal(t, want, *e.Response().RetryAfter, "%v", d)
			require.Equal(t, body, wire(t, e))
		}
	}
	require.Nil(t, (&pkerr.Error{}).Response().RetryAfter)

	// Neither does a Response that was not made by Error.Response.
	body, err := pkerr.Response{RetryAfter: new(int64(-5))}.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{"message":"","retry_after":0,"code":0}`, string(body))
}

func TestError_Response(t *testing.T) {
	require.Equal(t, pkerr.Response{}, (*pkerr.Error)(nil).Response())
	require.Equal(t, pkerr.Response{}, (&pkerr.Error{}).Response())
	require.Equal(t, pkerr.Response{
		Code:       20003,
		Message:    "Member 'abcde' not found.",
		Errors:     fullFields(),
		RetryAfter: new(int64(1000)),
		Scope:      "generic_get",
	}, full().Response())
	require.Equal(t, pkerr.Response{Code: 20002, Message: "Member not found."}, (&pkerr.Error{Code: pkerr.MemberNotFound}).Response())
	require.Nil(t, (&pkerr.Error{Fields: pkerr.Fields{"a": nil}}).Response().Errors)
}

func TestResponse_Err_EveryCode(t *testing.T) {
	for _, p := range pairs(t) {
		e := pkerr.Response{Code: p.number, Message: "m"}.Err(p.status)
		require.Equal(t, &pkerr.Error{Code: p.code(), Message: "m"}, e)

		e = pkerr.Response{Code: p.number}.Err(p.status)
		require.Equal(t, p.code(), e.Code)
		require.NotEmpty(t, e.Message)
		require.NotContains(t, e.Message, "{")
	}
}

func TestResponse_Err(t *testing.T) {
	tests := []struct {
		name     string
		response pkerr.Response
		status   int
		want     *pkerr.Error
	}{
		{"zero", pkerr.Response{}, 404, &pkerr.Error{Code: pkerr.NotFound, Message: "404: Not Found"}},
		{"no status", pkerr.Response{}, 0, &pkerr.Error{Message: "status 0"}},
		{"no status, and a code", pkerr.Response{Code: 20001, Message: "m"}, 0, &pkerr.Error{Message: "m"}},
		{"status 600", pkerr.Response{}, 600, &pkerr.Error{Code: 600, Message: "status 600"}},
		{"status -1", pkerr.Response{}, -1, &pkerr.Error{Message: "status -1"}},
		{"status 1000", pkerr.Response{Code: 20001}, 1000, &pkerr.Error{Message: "status 1000"}},
		{"negative number", pkerr.Response{Code: -1}, 404, &pkerr.Error{Code: pkerr.NotFound, Message: "404: Not Found"}},
		{"huge number", pkerr.Response{Code: math.MaxInt64}, 404, &pkerr.Error{Code: pkerr.NotFound, Message: "404: Not Found"}},
		{"tomorrow's number", pkerr.Response{Code: 99999}, 418, &pkerr.Error{Code: 99999_418, Message: "status 418"}},
		{"empty fields", pkerr.Response{Code: 40001, Errors: pkerr.Fields{"a": nil}}, 400, &pkerr.Error{Code: pkerr.ModelParse, Message: "Error parsing JSON model"}},
		{"scope", pkerr.Response{Scope: "s"}, 429, &pkerr.Error{Code: pkerr.TooManyRequests, Message: "429: too many requests", Scope: "s"}},
	}
	for _, test := range tests {
		require.Equal(t, test.want, test.response.Err(test.status), test.name)
	}
}

func TestResponse_Err_RetryAfter(t *testing.T) {
	tests := map[int64]*time.Duration{
		0:                 new(time.Duration(0)),
		1:                 new(time.Millisecond),
		19:                new(19 * time.Millisecond),
		9_223_372_036_854: new(9_223_372_036_854 * time.Millisecond),
		9_223_372_036_855: new(time.Duration(math.MaxInt64)),
		math.MaxInt64:     new(time.Duration(math.MaxInt64)),
		-1:                nil,
		math.MinInt64:     nil,
	}
	for ms, want := range tests {
		e := pkerr.Response{RetryAfter: &ms}.Err(429)
		require.Equal(t, want, e.RetryAfter, "%d", ms)
	}
	require.Nil(t, pkerr.Response{}.Err(429).RetryAfter)
}

// encoding/json decodes it again, and distinguishes absent from zero.
func TestResponse_MarshalJSON_RoundTrip(t *testing.T) {
	for _, r := range []pkerr.Response{
		{},
		{Code: 20001, Message: "System not found."},
		{Message: "429: too many requests", RetryAfter: new(int64(0)), Scope: "generic_get"},
		{Message: "m", RetryAfter: new(int64(math.MaxInt64)), Code: math.MaxInt64},
		{Code: 40001, Message: "Error parsing JSON model", Errors: fullFields()},
		{Code: 40001, Errors: pkerr.Fields{"": {{MaxLength: new(0), ActualLength: new(0)}}}},
		{Message: "\x00\x1f \"\\/\b\f\n\r\t\u2028\u2029\ufeff\ufffd😀<>&", Scope: "\u2028"},
		full().Response(),
	} {
		direct, err := r.MarshalJSON()
		require.NoError(t, err)
		escaped, err := json.Marshal(r)
		require.NoError(t, err)
		for _, body := range [][]byte{direct, escaped} {
			var back pkerr.Response
			require.NoError(t, json.Unmarshal(body, &back), "%s", body)
			require.Equal(t, r, back)
		}
	}
}

// Only the cause and fractions of a millisecond are lost on the wire.
func TestError_Response_RoundTrip(t *testing.T) {
	for _, p := range pairs(t) {
		for _, e := range []*pkerr.Error{
			p.code().WithMessage("m"),
			p.code().WithMessage("m").WithScope("s").WithRetryAfter(0),
			p.code().WithMessage("m").WithRetryAfter(time.Second).WithFields(fullFields()),
			pkerr.MakeCode(20002, p.status).WithRef("abcde"),
		} {
			require.Equal(t, e, e.WithCause(io.EOF).Response().Err(p.status))

			// The same through the encoded bytes.
			var r pkerr.Response
			require.NoError(t, json.Unmarshal([]byte(wire(t, e)), &r))
			require.Equal(t, e, r.Err(p.status))
		}
		bare := &pkerr.Error{Code: p.code()}
		require.Equal(t, bare.Response(), bare.Response().Err(p.status).Response())
	}
}

// The bytes are the same as those of the API in the corpus.
func TestResponse_MarshalJSON_BytesOfTheAPI(t *testing.T) {
	corpus, err := os.ReadFile("testdata/corpus.jsonl")
	require.NoError(t, err)
	same := 0
	for line := range bytes.Lines(corpus) {
		var row struct {
			ID     string
			Status int
			Body   string
			Expect struct{ Code *int64 }
		}
		require.NoError(t, json.Unmarshal(line, &row))
		var r pkerr.Response
		if row.Expect.Code == nil || json.Unmarshal([]byte(row.Body), &r) != nil {
			continue // a body without a code
		}
		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, []byte(row.Body)))
		if compact.String() != row.Body || !inOrder(row.Body, `{"message":`, `"code":`) && !inOrder(row.Body, `{"message":`, `"retry_after":`, `"scope":`, `"code":`) {
			continue // not in the API's form
		}
		if len(r.Errors) > 1 {
			require.JSONEq(t, row.Body, wire(t, r.Err(row.Status)), row.ID) // the API does not sort the keys
			continue
		}
		require.Equal(t, row.Body, wire(t, r.Err(row.Status)), row.ID)
		same++
	}
	require.Greater(t, same, 100)
}

// inOrder reports whether s begins with the first of keys and has the others in
// that order.
func inOrder(s string, keys ...string) bool {
	if !strings.HasPrefix(s, keys[0]) {
		return false
	}
	for _, key := range keys {
		_, after, found := strings.Cut(s, key)
		if !found {
			return false
		}
		s = after
	}
	return true
}

func TestResponse_MarshalJSON_Strings(t *testing.T) {
	for c := range rune(0x80) {
		checkString(t, "a"+string(c)+"b")
	}
	for _, s := range unsafeTexts {
		checkString(t, s)
	}
	for _, s := range []string{"", "\u2027\u2028\u2029\u202a", "\ufffd", "\xff", "a\xffb\xfe\xfdc", "\xe2\x80", "\xe2\x80\xa8\xe2", "\xf0\x9f\x98", "😀", "\ufeff"} {
		checkString(t, s)
	}
	require.Equal(t, `{"message":"\u0000\u001f\u007f","code":0}`, strings.ReplaceAll(wire(t, &pkerr.Error{Message: "\x00\x1f\x7f"}), "\x7f", `\u007f`))
	require.Equal(t, `{"message":"\"\\/\b\f\n\r\t","code":0}`, wire(t, &pkerr.Error{Message: "\"\\/\b\f\n\r\t"}))
	require.Equal(t, `{"message":"\u2028\u2029","code":0}`, wire(t, &pkerr.Error{Message: "\u2028\u2029"}))
}

// checkString compares JSON strings with those of encoding/json, in every key
// that has one.
func checkString(t *testing.T, s string) {
	t.Helper()
	valid := string([]rune(s)) // with U+FFFD for every byte that is not UTF-8

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(valid))
	quoted := strings.TrimSuffix(out.String(), "\n")

	r := pkerr.Response{Message: s, Scope: "x" + s, Errors: pkerr.Fields{s: {{Message: s}}}}
	body, err := r.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, `{"message":`+quoted+`,"scope":"x`+quoted[1:]+`,"code":0,"errors":{`+quoted+`:[{"message":`+quoted+`}]}}`, string(body))

	var back pkerr.Response
	require.NoError(t, json.Unmarshal(body, &back))
	require.Equal(t, pkerr.Response{Message: valid, Scope: "x" + valid, Errors: pkerr.Fields{valid: {{Message: valid}}}}, back)
}

func FuzzResponse_Strings(f *testing.F) {
	for _, s := range unsafeTexts {
		f.Add(s[:min(len(s), 1<<10)])
	}
	f.Add("\x00\x1f \"\\/\b\f\n\r\t\x7f\u2028\u2029\ufeff\ufffd😀<>&\xff\xe2\x80")
	f.Fuzz(func(t *testing.T, s string) { checkString(t, s) })
}

// A Response that is encoded and decoded again is the same error.
func FuzzResponse_RoundTrip(f *testing.F) {
	f.Add(int64(20003), 404, "Member 'abcde' not found.", "", int64(-1), "", "")
	f.Add(int64(0), 429, "429: too many requests", "generic_get", int64(19), "", "")
	f.Add(int64(40001), 400, "Error parsing JSON model", "", int64(-1), "name", "Field name is too long.")
	f.Add(int64(math.MaxInt64), 1000, "Member '{memberRef}' not found.", "\n", int64(math.MaxInt64), "\xff", "\u202e")
	f.Fuzz(func(t *testing.T, number int64, status int, message, scope string, ms int64, key, text string) {
		r := pkerr.Response{Code: number, Message: message, Scope: scope, RetryAfter: &ms}
		if key != "" {
			r.Errors.Add(key, pkerr.ErrorObject{Message: text, MaxLength: new(len(text)), ActualLength: new(len(key))})
		}
		e := r.Err(status)
		require.NotEmpty(t, e.Message)
		requireOneLine(t, e.Error())
		requireOneLine(t, fmt.Sprintf("%#v", e))

		var back pkerr.Response
		require.NoError(t, json.Unmarshal([]byte(wire(t, e)), &back))
		again := back.Err(status)
		require.Equal(t, wire(t, e), wire(t, again))
		require.Equal(t, e.Code, again.Code)
		require.Equal(t, string([]rune(e.Message)), again.Message)
		require.Equal(t, e.RetryAfter != nil, again.RetryAfter != nil)
	})
}

func TestResponse_MarshalJSON_ManyFields(t *testing.T) {
	var fields pkerr.Fields
	for i := range 1000 {
		fields.TooLong("key"+strconv.Itoa(i), 1, 2)
	}
	var back pkerr.Response
	require.NoError(t, json.Unmarshal([]byte(wire(t, fields.Err().(*pkerr.Error))), &back))
	require.Equal(t, fields, back.Errors)
}
