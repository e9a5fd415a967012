package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// decode returns the pkerr.Error in the error that Decode returns.
func decode(t *testing.T, status int, header http.Header, body string) *pkerr.Error {
	t.Helper()
	err := client.Decode(status, header, []byte(body))
	requireClass(t, status, err)
	e, _ := errors.AsType[*pkerr.Error](err)
	return e
}

func TestDecode_UselessBody(t *testing.T) {
	for _, body := range []string{
		"", " \n", "null", "{}", "[]", `""`, `"x"`, "true", "0", "20001", "<html><body>502</body></html>", "\xff\xfe{\x00",
		"\xef\xbb\xbf", "{", `{"`, `{"message"`, `{"message":`, `{"message":"x"`, `{"message":"x","code":20001`, "\x00", "}", "]]]",
		`{"message":""}`, `{"message":null}`, `{"message":{"message":"x"}}`, `[{"message":"x","code":20001}]`,
	} {
		for _, status := range []int{100, 200, 204, 301, 400, 401, 404, 405, 410, 418, 429, 500, 502, 504, 599, 600, 999} {
			e := decode(t, status, nil, body)
			require.Equal(t, pkerr.MakeCode(0, status), e.Code, "%d %q", status, body)
		}
	}
}

func TestDecode_ImpossibleStatus(t *testing.T) {
	for _, status := range []int{math.MinInt, -1, 0, 42, 99, 1000, math.MaxInt} {
		err := client.Decode(status, nil, []byte(`{"message":"x","code":20001}`))
		var e *client.ResponseError
		require.ErrorAs(t, err, &e)
		require.Equal(t, status, e.Status)
		require.Zero(t, pkerr.CodeOf(err))
		require.Contains(t, err.Error(), "x")
	}
}

// encoded returns a copy of header with a Content-Encoding.
func encoded(header http.Header, encoding string) http.Header {
	header = header.Clone()
	header.Set("Content-Encoding", encoding)
	return header
}

func TestDecode_Message(t *testing.T) {
	text := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		want   string
	}{
		"message":                                {404, nil, `{"error":"b","title":"c","message":"a"}`, "a"},
		"error":                                  {404, nil, `{"title":"c","error":"b"}`, "b"},
		"title":                                  {404, nil, `{"title":"c","detail":"d"}`, "c"},
		"an empty message":                       {404, nil, `{"message":"","error":"b"}`, "b"},
		"messages of other types":                {404, nil, `{"message":7,"error":["x"],"title":"c"}`, "c"},
		"a JSON string":                          {404, nil, `"Member not found."`, "Member not found."},
		"short plain text":                       {404, text, " Account not found.\n", "Account not found."},
		"plain text that begins like JSON":       {404, text, "{not JSON", "{not JSON"},
		"plain text that is not UTF-8":           {404, text, "a\xffb", "404: Not Found"},
		"plain text with a NUL":                  {404, text, "a\x00b", "404: Not Found"},
		"a single control byte":                  {404, text, "\x01", "404: Not Found"},
		"plain text with white space and colors": {404, text, "\x1b[1ma\tb\f\r\n", "\x1b[1ma\tb"},
		"compressed text":                        {404, encoded(text, "br"), "gone", "404: Not Found"},
		"text with the encoding identity":        {404, encoded(text, " Identity "), "gone", "gone"},
		"text with an empty encoding":            {404, encoded(text, ""), "gone", "gone"},
		"JSON that is labeled as compressed":     {404, encoded(text, "gzip"), `{"message":"a"}`, "a"},
		"a JSON string that is not UTF-8":        {404, text, "\"caf\xe9\"", "404: Not Found"},
		"a JSON string with U+FFFD":              {404, text, "\"caf\uFFFD\"", "caf\uFFFD"},
		"a JSON string with escapes":             {404, text, `"caf\u00e9\u0000"`, "café\x00"},
		"text of another type":                   {404, http.Header{"Content-Type": {"text/html"}}, "gone", "404: Not Found"},
		"text without a type":                    {404, nil, "gone", "404: Not Found"},
		"HTML as text/plain":                     {404, text, " <html>", "404: Not Found"},
		"HTML after text":                        {404, text, "error: <HTML><body>", "404: Not Found"},
		"a byte order mark":                      {404, text, "\uFEFFgone", "gone"},
		"a byte order mark between white space":  {404, text, "\n\uFEFF gone", "gone"},
		"HTML after a byte order mark":           {404, text, " \uFEFF<h1>Bad gateway</h1>", "404: Not Found"},
		"a type in upper case":                   {404, http.Header{"Content-Type": {"Text/Plain"}}, "gone", "gone"},
		"a template of another code":             {403, nil, `{"message":"Group '{groupRef}' not found.","code":30001}`, "Unauthorized to view member list"},
		"other braces":                           {403, nil, `{"message":"{x}","code":30001}`, "{x}"},
		"513 bytes of text":                      {404, text, strings.Repeat("x", 513), "404: Not Found"},
		"an object as text/plain":                {404, text, `{}`, "404: Not Found"},
		"512 bytes of text":                      {404, text, strings.Repeat("x", 512), strings.Repeat("x", 512)},
		"a code alone":                           {404, nil, `{"code":20001}`, "System not found."},
		"a code with another status":             {410, nil, `{"code":20001}`, "System not found."},
		"a code with a status of another class":  {418, nil, `{"code":20001}`, "System not found."},
		"a code that has a template":             {404, nil, `{"code":20003}`, "Member not found."},
		"a template":                             {404, nil, `{"message":"Member '{memberRef}' not found.","code":20003}`, "Member not found."},
		"a template, the code first":             {404, nil, `{"code":20003,"message":"Member '{memberRef}' not found.","error":"b"}`, "b"},
		"an unknown code":                        {404, nil, `{"code":99999}`, "404: Not Found"},
		"no body":                                {502, nil, ``, "Bad Gateway"},
		"an unknown code with a status that has no plain code": {503, nil, `{"code":99999}`, "Service Unavailable"},
		"an unknown status":                 {600, nil, ``, "status 600"},
		"white space at the end":            {500, nil, `{"message":"Error uploading image to CDN: ","code":0}`, "Error uploading image to CDN: "},
		"escapes":                           {400, nil, `{"message":"\u00e9\ud83e\udd8a\ud800\"\\\/\b\f\n\r\t"}`, "é🦊\uFFFD\"\\/\b\f\n\r\t"},
		"a surrogate before another escape": {400, nil, `{"message":"\ud83e\u0041\udd8a"}`, "\uFFFDA\uFFFD"},
		"a message that is not UTF-8":       {400, nil, "{\"message\":\"a\xc0\xafb\"}", "a\uFFFD\uFFFDb"},
		"format verbs":                      {400, nil, `{"message":"%!s(PANIC=x) %n"}`, "%!s(PANIC=x) %n"},
		"an escaped key":                    {400, nil, `{"mess\u0061ge":"a"}`, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, decode(t, c.status, c.header, c.body).Message)
		})
	}
}

func TestDecode_Code(t *testing.T) {
	for value, want := range map[string]int64{
		`20001`: 20001, `20001.0`: 20001, `20001.000`: 20001, `2.0001e4`: 20001, `2.0001E+4`: 20001, `200010e-1`: 20001, `"20001"`: 20001,
		`0.0020001e7`: 20001, `99999`: 99999, `9223372036854774`: 9223372036854774,
		`0`: 0, `-0`: 0, `"0"`: 0, `"00020001"`: 20001, `-1`: 0, `"-1"`: 0, `20001.5`: 0, `1e-5`: 0, `1e400`: 0, `1e9999999999`: 0,
		`9223372036854776`: 0, `9223372036854775807`: 0, `9223372036854775808`: 0, `99999999999999999999999999`: 0,
		`" 20001 "`: 0, `"20001.0"`: 0, `"2e4"`: 0, `""`: 0, `"x"`: 0, `"\u0032"`: 0, `true`: 0, `null`: 0, `[20001]`: 0, `{"code":20001}`: 0,
		`0e99999999999999999999`: 0, `1e-99999999999999999999`: 0,
	} {
		e := decode(t, 404, nil, `{"message":"m","code":`+value+`}`)
		require.Equal(t, pkerr.MakeCode(want, 404), e.Code, value)
		require.Equal(t, "m", e.Message, value)
	}
}

func TestDecode_Keys(t *testing.T) {
	e := decode(t, 404, nil, `{"Message":"M","MESSAGE":"M","code":20001,"message":"m","Code":1,"code":"junk","message":[1],"scope":"s","scope":7}`)
	require.Equal(t, &pkerr.Error{Code: pkerr.SystemNotFound, Message: "m", Scope: "s"}, e,
		"keys match exactly, and of two equal keys the last fitting value counts")

	e = decode(t, 404, nil, `{"code":20001,"code":9223372036854776}`)
	require.Equal(t, pkerr.SystemNotFound, e.Code, "a number too large for a code is ignored")

	e = decode(t, 404, nil, `{"message":"first","message":"second","code":20001,"code":20002}`)
	require.Equal(t, "second", e.Message)
	require.Equal(t, pkerr.MemberNotFound, e.Code)
}

func TestDecode_UnexpectedType(t *testing.T) {
	whole := map[string]string{
		"message": `"Error parsing JSON model"`, "code": `40001`, "errors": `{"name":[{"message":"m"}]}`, "retry_after": `5`, "scope": `"s"`,
	}
	for key := range whole {
		for _, junk := range []string{`null`, `true`, `-1`, `1.5e300`, `"junk \" \u0000"`, `[]`, `[[{"a":[]}]]`, `{}`, `{"message":{"code":1}}`} {
			members := make([]string, 0, len(whole))
			for k, v := range whole {
				if k == key {
					v = junk
				}
				members = append(members, fmt.Sprintf("%q : %s", k, v))
			}
			e := decode(t, 400, nil, "{"+strings.Join(members, " , ")+"}")
			if key != "message" {
				require.Equal(t, "Error parsing JSON model", e.Message)
			}
			if key != "code" {
				require.Equal(t, pkerr.ModelParse, e.Code)
			}
			if key != "errors" {
				require.Len(t, e.Fields["name"], 1)
			}
			if key != "retry_after" {
				require.Equal(t, new(5*time.Millisecond), e.RetryAfter)
			}
			if key != "scope" {
				require.Equal(t, "s", e.Scope)
			}
		}
	}
}

func TestDecode_Fields(t *testing.T) {
	object := func(message string, lengths ...int) pkerr.ErrorObject {
		o := pkerr.ErrorObject{Message: message}
		if len(lengths) == 2 {
			o.MaxLength, o.ActualLength = &lengths[0], &lengths[1]
		}
		return o
	}
	for body, want := range map[string]pkerr.Fields{
		`{}`: nil, `[]`: nil, `null`: nil, `3`: nil, `["Field name is too long."]`: nil, `{"a":null}`: nil, `{"a":[]}`: nil, `{"a":[null,1,[]]}`: nil,
		`{"a":[{"message":"m"}]}`:         {"a": {object("m")}},
		`{"a":{"message":"m"}}`:           {"a": {object("m")}},
		`{"a":"m"}`:                       {"a": {object("m")}},
		`{"a":["m","n",{"message":"o"}]}`: {"a": {object("m"), object("n"), object("o")}},
		`{"a":[{"message":"m"},null,{"message":"n"}],"b":7,"":["p"]}`:    {"a": {object("m"), object("n")}, "": {object("p")}},
		`{"a":[{"message":"m","actual_length":101,"max_length":100}]}`:   {"a": {object("m", 100, 101)}},
		`{"a":[{"max_length":1e2,"actual_length":101.0}]}`:               {"a": {object("", 100, 101)}},
		`{"a":[{"message":"m","max_length":0,"actual_length":0}]}`:       {"a": {object("m", 0, 0)}},
		`{"a":[{"message":"m","max_length":-1,"actual_length":1.5}]}`:    {"a": {object("m")}},
		`{"a":[{"message":"m","max_length":"5","actual_length":1e400}]}`: {"a": {object("m")}},
		`{"a":[{"message":["x"],"max_length":1,"actual_length":2}]}`:     {"a": {object("", 1, 2)}},
		`{"a":["first"],"a":["second"]}`:                                 {"a": {object("second")}},
		`{"a":["first"],"a":7}`:                                          {"a": {object("first")}},
		`{"\u0061":["m"]}`:                                               {"a": {object("m")}},
		`{"a":["1","2","3","4","5"],"b":["6"],"c":["7"]}`: {
			"a": {object("1"), object("2"), object("3"), object("4"), object("5")}, "b": {object("6")}, "c": {object("7")},
		},
	} {
		require.Equal(t, want, decode(t, 400, nil, `{"errors":`+body+`,"code":40001}`).Fields, body)
	}

	e := decode(t, 400, nil, `{"errors":{"a":["m"]},"errors":[],"code":40001}`)
	require.Equal(t, pkerr.Fields{"a": {object("m")}}, e.Fields, "a list without errors changes nothing")
	e = decode(t, 400, nil, `{"errors":{"a":["m"]},"errors":{"b":["n"]},"code":40001}`)
	require.Equal(t, pkerr.Fields{"b": {object("n")}}, e.Fields)
}

// The work for many duplicate keys is bounded by the length of the body.
func TestDecode_RepeatedErrors(t *testing.T) {
	const length = 256 << 10
	for _, one := range []string{`"errors":{"a":"m"},`, `"errors":{"a":"m"},"errors":{},`, `"errors":[{"Simple":{"key":"a"}}],`} {
		body := []byte("{" + strings.Repeat(one, length/len(one)) + `"code":40001}`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := client.Decode(400, nil, body)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, pkerr.ModelParse)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100*length), one)
	}
}

// The API's rewrite sends a list.
func TestDecode_FieldList(t *testing.T) {
	message := func(messages ...string) []pkerr.ErrorObject {
		var objects []pkerr.ErrorObject
		for _, m := range messages {
			objects = append(objects, pkerr.ErrorObject{Message: m})
		}
		return objects
	}
	const name = `{"Simple":{"key":"name","value":"m"}}`
	for body, want := range map[string]pkerr.Fields{
		`[` + name + `]`: {"name": message("m")},
		`[ { "Simple" : { "value" : "m" , "key" : "name" } } ]`:                       {"name": message("m")},
		`[` + name + `,{"Simple":{"key":"color","value":"n"}}]`:                       {"name": message("m"), "color": message("n")},
		`[` + name + `,{"Simple":{"key":"color","value":"o"}},` + name + `]`:          {"name": message("m", "m"), "color": message("o")},
		`[null,7,"x",[` + name + `],{},` + name + `,{"Other":{"key":"a"}},true]`:      {"name": message("m")},
		`[{"a":[{}],"Simple":{"x":{"key":"z"},"key":"name","value":"m"},"Other":1}]`:  {"name": message("m")},
		`[{"Simple":{"key":"name","value":7}}]`:                                       {"name": message("")},
		`[{"Simple":{"key":"name"}}]`:                                                 {"name": message("")},
		`[{"Simple":{"key":"a","key":"name","key":7,"value":"m","value":null}}]`:      {"name": message("m")},
		`[{"Simple":{"key":"a","value":"n"},"Simple":{"key":"name","value":"m"}}]`:    {"name": message("m")},
		`[{"Simple":{"key":"name","value":"m"},"Simple":{"value":"n"},"Simple":[]}]`:  {"name": message("m")},
		`[{"S\u0069mple":{"k\u0065y":"n\u0061me","value":"\u006d"}}]`:                 {"name": message("m")},
		`[{"Simple":{"key":"","value":"m"}}]`:                                         {"": message("m")},
		`[{"simple":{"key":"name","value":"m"}},{"Simple":{"Key":"name","value":1}}]`: nil,
		`[{"Simple":{"key":7,"value":"m"}},{"Simple":"m"},{"Simple":null}]`:           nil,
		`[{"Simple":{"value":"m"}},{"key":"name","value":"m"}]`:                       nil,
	} {
		e := decode(t, 400, nil, `{"message":"x","errors":`+body+`,"code":40001}`)
		require.Equal(t, &pkerr.Error{Code: pkerr.ModelParse, Message: "x", Fields: want}, e, body)
	}
	e := decode(t, 400, nil, `{"errors":{"a":"m"},"errors":[`+name+`],"code":40001}`)
	require.Equal(t, pkerr.Fields{"name": message("m")}, e.Fields, "the last fitting value counts")
	require.Nil(t, decode(t, 400, nil, `{"errors":[`+name+`}`).Fields, "not JSON")
}

func TestDecode_FieldsDoNotShareMemory(t *testing.T) {
	e := decode(t, 400, nil, `{"errors":{"a":[{"message":"m","max_length":1,"actual_length":2}],"b":[{"message":"n","max_length":3,"actual_length":4}]}}`)
	_ = append(e.Fields["a"], pkerr.ErrorObject{Message: "overwritten"})
	*e.Fields["a"][0].MaxLength = 9
	require.Equal(t, "n", e.Fields["b"][0].Message)
	require.Equal(t, 3, *e.Fields["b"][0].MaxLength)
	require.Equal(t, 2, *e.Fields["a"][0].ActualLength)
}

func TestDecode_RetryAfter(t *testing.T) {
	const longest = time.Duration(math.MaxInt64)
	ms := func(n int) *time.Duration { return new(time.Duration(n) * time.Millisecond) }
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration, layout string) string { return time.Now().Add(d).UTC().Format(layout) }
		for _, c := range []struct {
			body, header string
			want         *time.Duration
		}{
			{`19`, "", ms(19)},
			{`0`, "", ms(0)},
			{`-0`, "", ms(0)},
			{`"19"`, "", ms(19)},
			{`19.2`, "", ms(20)},
			{`0.331`, "", ms(1)},
			{`1e2`, "", ms(100)},
			{`1e-400`, "", ms(1)},
			{`9223372036854775807`, "", new(longest)},
			{`18446744073709551615`, "", new(longest)},
			{`1e400`, "", new(longest)},
			{`1e9999999999`, "", new(longest)},
			{`9223372036854`, "", new(9223372036854 * time.Millisecond)},
			{`9223372036855`, "", new(longest)},
			{`-1`, "", nil},
			{`-0.5`, "", nil},
			{`"soon"`, "", nil},
			{`""`, "", nil},
			{`null`, "", nil},
			{`true`, "", nil},
			{`[1]`, "", nil},

			{`99`, "2", ms(99)}, // the body comes before the header
			{`0`, "2", ms(0)},
			{`-1`, "2", ms(2000)},
			{`null`, "2", ms(2000)},
			{`"soon"`, " 2 ", ms(2000)},
			{`null`, "0", ms(0)},
			{`null`, "9223372036", new(9223372036 * time.Second)},
			{`null`, "9223372037", new(longest)},
			{`null`, "10000000000", new(longest)},
			{`null`, "9223372036854775807", new(longest)},
			{`null`, "99999999999999999999999999", new(longest)},
			{`null`, "-1", nil},
			{`null`, "1.5", nil},
			{`null`, "1e10", nil},
			{`null`, "soon", nil},
			{`null`, " ", nil},
			{`null`, in(90*time.Second, http.TimeFormat), ms(90_000)},
			{`null`, in(90*time.Second, "Monday, 02-Jan-06 15:04:05 GMT"), ms(90_000)},
			{`null`, in(90*time.Second, time.ANSIC), ms(90_000)},
			{`null`, in(-90*time.Second, http.TimeFormat), ms(0)},
			{`null`, "Mon, 01 Jan 0001 00:00:00 GMT", ms(0)},
			{`null`, "Fri, 31 Dec 9999 23:59:59 GMT", new(longest)},
		} {
			header := http.Header{}
			if c.header != "" {
				header.Set("Retry-After", c.header)
			}
			e := decode(t, 429, header, `{"retry_after":`+c.body+`}`)
			require.Equal(t, c.want, e.RetryAfter, "body %s, header %q", c.body, c.header)
		}
	})
	require.Nil(t, decode(t, 429, http.Header{"Date": {"Sun, 22 Nov 2026 12:00:00 GMT"}}, "").RetryAfter)
	e := decode(t, 503, http.Header{"Retry-After": {"5"}}, "")
	require.Equal(t, ms(5000), e.RetryAfter, "a proxy can send it, too")
}

// A Retry-After date is measured from the Date of the response, because the
// clock of this machine may differ.
func TestDecode_RetryAfterDate(t *testing.T) {
	const noon = "Sun, 22 Nov 2026 12:00:00 GMT"
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) // the clock says 2000
		time.Sleep(100*time.Millisecond + 1)
		const local = 89_900 * time.Millisecond // rounded up to whole milliseconds
		for _, c := range []struct {
			date, retryAfter string
			want             time.Duration
		}{
			{noon, "Sun, 22 Nov 2026 12:00:07 GMT", 7 * time.Second},
			{noon, "Sunday, 22-Nov-26 12:00:07 GMT", 7 * time.Second},
			{"Sun Nov 22 12:00:00 2026", "Sun, 22 Nov 2026 12:00:07 GMT", 7 * time.Second},
			{noon, noon, 0},
			{noon, "Sun, 22 Nov 2026 11:59:59 GMT", 0},
			{noon, soon, 0},
			{noon, "7", 7 * time.Second},
			{" " + noon + " ", "Sun, 22 Nov 2026 12:00:07 GMT", 7 * time.Second},
			{"Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", math.MaxInt64},
			{"Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", 0},
			{"", soon, local},
			{"yesterday", soon, local},
			{"Sun, 32 Nov 2026 12:00:00 GMT", soon, local},
			{"1", soon, local},
		} {
			header := http.Header{"Date": {c.date}, "Retry-After": {c.retryAfter}}
			require.Equal(t, &c.want, decode(t, 503, header, "").RetryAfter, "%q from %q", c.retryAfter, c.date)
		}
		require.Equal(t, new(local), decode(t, 503, http.Header{"Retry-After": {soon}}, "").RetryAfter, "no Date")
	})
}

func TestDecode_Scope(t *testing.T) {
	own := http.Header{"X-Ratelimit-Scope": {"own_system_get"}}
	require.Equal(t, "generic_get", decode(t, 429, own, `{"scope":"generic_get"}`).Scope, "the body comes before the header")
	require.Equal(t, "own_system_get", decode(t, 429, own, `{"scope":null}`).Scope)
	require.Equal(t, "own_system_get", decode(t, 429, own, `<html>`).Scope)
	require.Empty(t, decode(t, 404, own, `{}`).Scope, "the header alone does not mean that the limit was hit")
}

func TestDecode_TrailingData(t *testing.T) {
	const first = `{"message":"m","code":20001}`
	for _, rest := range []string{"", "\n", first, `{"message":"again"}`, "}", "\x00", "<html>"} {
		for _, before := range []string{"", " \r\n\t", "\uFEFF", " \uFEFF "} {
			require.Equal(t, pkerr.SystemNotFound, decode(t, 404, nil, before+first+rest).Code)
		}
	}
	require.Equal(t, pkerr.NotFound, decode(t, 404, nil, "x"+first).Code, "the value before it counts")
}

func TestDecode_KeepsHeaderAndBody(t *testing.T) {
	body := []byte(`{"message":"Something new.","code":20001,"scope":"s","errors":{"a":["m"]}}`)
	header := http.Header{"Set-Cookie": {"a"}, "Fly-Request-Id": {"b"}}
	e := requireResponseError(t, client.Decode(404, header, body))
	require.Same(t, &body[0], &e.Body[0])
	require.Equal(t, header, e.Header)
	header.Set("Fly-Request-Id", "c")
	require.Equal(t, "c", e.RequestID(), "read on each call")

	want := decode(t, 404, nil, string(body))
	clear(body)
	got, _ := errors.AsType[*pkerr.Error](e)
	require.Equal(t, want, got, "texts are copies")
}

func TestDecode_Allocations(t *testing.T) {
	header := usualHeader()
	for _, c := range bodies {
		body := []byte(c.body)
		allocs := testing.AllocsPerRun(100, func() { _ = client.Decode(c.status, header, body) })
		require.LessOrEqual(t, allocs, c.allocs, c.name)
	}

	// The map takes a few allocations, and the fields share the rest.
	allocsOf := func(n int) float64 {
		body := []byte(manyFields(n))
		return testing.AllocsPerRun(10, func() { _ = client.Decode(400, header, body) })
	}
	require.LessOrEqual(t, allocsOf(200), 40.0)
	require.LessOrEqual(t, allocsOf(2000), 10*allocsOf(200), "linear")
}

// Decode never panics, always returns a complete error, and agrees with
// encoding/json on bodies that both accept.
func FuzzDecode(f *testing.F) {
	for _, r := range rows(f) {
		if r.Generate == nil {
			f.Add(r.Status, r.Headers["Content-Type"], r.Headers["Retry-After"], r.body(f))
		}
	}
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter string, body []byte) {
		if status %= 1000; status < 100 {
			status = 100 + (status+1000)%900
		}
		header := http.Header{"Content-Type": {contentType}, "Retry-After": {retryAfter}}
		err := client.Decode(status, header, body)
		requireClass(t, status, err)
		requireOneLine(t, err.Error())
		e, _ := errors.AsType[*pkerr.Error](err)
		if e.RetryAfter != nil {
			require.GreaterOrEqual(t, *e.RetryAfter, time.Duration(0))
		}

		var members map[string]json.RawMessage
		if json.Unmarshal(body, &members) != nil || members == nil {
			return
		}
		var number int64
		if json.Unmarshal(members["code"], &number) == nil && number >= 0 && pkerr.MakeCode(number, status) != 0 {
			require.Equal(t, number, e.Code.Number())
		}
		var message string
		if json.Unmarshal(members["message"], &message) == nil && message != "" && !strings.Contains(message, "Ref}'") {
			require.Equal(t, message, e.Message)
		}
		var ms int64
		if json.Unmarshal(members["retry_after"], &ms) == nil && string(members["retry_after"]) != "null" && ms >= 0 {
			require.NotNil(t, e.RetryAfter)
			require.Equal(t, min(ms, int64(math.MaxInt64/time.Millisecond)), e.RetryAfter.Milliseconds())
		}
		var fields map[string][]pkerr.ErrorObject
		if json.Unmarshal(members["errors"], &fields) == nil {
			require.LessOrEqual(t, len(e.Fields), len(fields))
		}
	})
}
