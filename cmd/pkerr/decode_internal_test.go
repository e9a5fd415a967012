package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/pkerrtest"
)

// runDecode runs decode on an input. It returns the JSON, the text output and
// the exit status.
func runDecode(t *testing.T, input string, args ...string) (d diagnosis, text string, status int) {
	t.Helper()
	asJSON, stderr, status := runIn(t, strings.NewReader(input), append([]string{"decode", "--json"}, args...)...)
	if status == exitUsage {
		require.Empty(t, asJSON)
		return diagnosis{}, stderr, status
	}
	require.NoError(t, json.Unmarshal([]byte(asJSON), &d))
	out, stderr, again := runIn(t, strings.NewReader(input), append([]string{"decode"}, args...)...)
	require.Equal(t, status, again)
	require.Empty(t, stderr)
	require.NotEmpty(t, out)
	requireHarmless(t, asJSON+strings.ReplaceAll(out, "\t", ""))
	return d, out, status
}

// runIn runs the command on an input, with its output in pipes.
func runIn(t *testing.T, stdin io.Reader, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, problems bytes.Buffer
	s := &session{stdin: stdin, stdout: &out, stderr: &problems, getenv: environment(), terminal: func(any) bool { return false }}
	status = s.run(args)
	return out.String(), problems.String(), status
}

func requireHarmless(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		require.False(t, r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), "%q in %.200q", r, text)
	}
}

// printed returns what curl -i prints for a response.
func printed(proto string, status int, header http.Header, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d \r\n", proto, status)
	for _, key := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[key] {
			fmt.Fprintf(&b, "%s: %s\r\n", strings.ToLower(key), value)
		}
	}
	return b.String() + "\r\n" + string(body)
}

// For every response that the API is known to send, decode agrees with package
// client.
func TestDecode_Corpus(t *testing.T) {
	derived := 0
	for id, resp := range pkerrtest.Responses() {
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		v, _, status := runDecode(t, printed("HTTP/2", resp.StatusCode, resp.Header, body))
		require.Equal(t, resp.StatusCode, v.Status, id)
		require.False(t, v.Body.Truncated, id)
		if resp.StatusCode < 300 {
			require.Equal(t, exitOK, status, id)
			require.True(t, v.Success, id)
			continue
		}
		require.Equal(t, exitAPIError, status, id)
		want := client.Decode(resp.StatusCode, resp.Header, body)
		requireSame(t, id, want, v, string(body))

		// Decode the body alone, without the headers and the status.
		v, _, status = runDecode(t, string(body))
		if status == exitUsage {
			require.True(t, id == "hist-py-empty-object" || kindOf(body) != kindJSON, "%s: %s", id, body)
			continue
		}
		require.Equal(t, exitAPIError, status, "%s: %s", id, body)
		if c, known := constantOf(pkerr.CodeOf(want).Number()); known {
			require.Equal(t, c.Status(), v.Status, id)
			derived++
		}
		if v.Status != 0 && resp.StatusCode == v.Status && v.Body.Kind == kindJSON {
			require.Equal(t, pkerr.CodeOf(want).String(), v.Code, id)
		}

		v, _, _ = runDecode(t, string(body), "--status", fmt.Sprint(resp.StatusCode))
		if kindOf(body) == kindBroken {
			require.Equal(t, resp.StatusCode, v.Status, "%s: it was mended", id)
			continue
		}
		requireSame(t, id, client.Decode(resp.StatusCode, nil, body), v, string(body))
	}
	require.Greater(t, derived, 90)
}

func requireSame(t *testing.T, id string, want error, v diagnosis, body string) {
	t.Helper()
	response, _ := errors.AsType[*client.ResponseError](want)
	e, _ := errors.AsType[*pkerr.Error](want)
	if v.Body.Kind == kindBroken {
		require.Empty(t, v.Code+v.Name, "%s: it may have another code", id)
	} else {
		require.Equal(t, pkerr.CodeOf(want).String(), v.Code, id)
		require.Equal(t, pkerr.CodeOf(want).Name(), v.Name, id)
	}
	if v.Message != "" || strings.Contains(body, `"message"`) && v.Body.Kind != kindBroken {
		require.Equal(t, strings.ToValidUTF8(e.Message, "\ufffd"), v.Message, id)
	}
	ref, _ := pkerr.Ref(want)
	require.Equal(t, ref, v.Ref, id)
	require.Equal(t, e.Scope, v.Scope, id)
	require.Equal(t, response.RequestID(), v.RequestID, id)
	l, ok := response.RateLimit()
	require.Equal(t, ok, v.RateLimit != nil, id)
	if ok {
		require.Equal(t, []any{l.Limit, l.Remaining, l.Scope}, []any{v.RateLimit.Limit, v.RateLimit.Remaining, v.RateLimit.Scope}, id)
		require.Equal(t, l.Reset.IsZero(), v.RateLimit.Reset == "", id)
	}
	requireWait(t, id, v.RetryAfter)(pkerr.RetryAfter(want))
	if !v.Front {
		requireWait(t, id, v.RetryDelay)(client.RetryDelay(want))
	}
	got := pkerr.Fields{}
	for key, fields := range v.Fields {
		for _, f := range fields {
			got.Add(key, pkerr.ErrorObject{Message: f.Message, MaxLength: f.MaxLength, ActualLength: f.ActualLength})
		}
	}
	require.Len(t, got, len(pkerr.FieldErrors(want)), id)
	for key, objects := range pkerr.FieldErrors(want) {
		require.Equal(t, objects, got[key], id)
	}
	require.NotEmpty(t, v.Advice, id)
	require.NotEmpty(t, v.Link, id)
}

// requireWait requires that a wait is what the JSON says, in milliseconds.
func requireWait(t *testing.T, id string, got *int64) func(time.Duration, bool) {
	t.Helper()
	return func(d time.Duration, ok bool) {
		t.Helper()
		require.Equal(t, ok, got != nil, id)
		if ok {
			require.Equal(t, int64((d+time.Millisecond-1)/time.Millisecond), *got, id)
		}
	}
}

// For the responses without a code, decode says what the reference says.
func TestDecode_WithoutCode(t *testing.T) {
	corpus := maps.Collect(pkerrtest.Responses())
	checked := 0
	for u := range reference.UncodedResponses() {
		if u.Until != "" || u.Origin == reference.Private {
			continue
		}
		for _, id := range u.Examples {
			resp := corpus[id]
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			v, _, _ := runDecode(t, printed("HTTP/1.1", resp.StatusCode, resp.Header, body))
			if v.Success {
				continue
			}
			require.Contains(t, v.Notes, "From "+string(u.Origin)+": "+u.When.String(), id)
			checked++
		}
	}
	require.Greater(t, checked, 10)
}

func TestContent_Status(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		source string
	}{
		`{"code":20003}`:                              {404, "number"},
		`{"code":"50001"}`:                            {501, "number"},
		`{"code":20991,"message":"404: x"}`:           {0, "unknown"},
		`{"code":0,"message":"404: Not Found"}`:       {404, "message"},
		`{"error":"503: gone away"}`:                  {503, "message"},
		`"401: Missing"`:                              {401, "message"},
		`{"message":"200: x"}`:                        {0, "unknown"},
		`{"message":"4040: x"}`:                       {0, "unknown"},
		`{"message":"x"}`:                             {0, "unknown"},
		`{"code":0}`:                                  {0, "unknown"},
		`{"title":"x","status":415}`:                  {415, "problem details"},
		`{"title":"x","status":200}`:                  {0, "unknown"},
		`{"title":"x","status":"415"}`:                {0, "unknown"},
		`{"status":415}`:                              {0, "unknown"},
		`{"title":"x","status":399}`:                  {0, "unknown"},
		`{"title":"x","status":400}`:                  {400, "problem details"},
		`{"title":"x","status":599}`:                  {599, "problem details"},
		`{"title":"x","status":600}`:                  {0, "unknown"},
		`{"title":1,"title":"x","status":415}`:        {415, "problem details"},
		`{"detail":"x","status":415}`:                 {415, "problem details"},
		`{"detail":"x","statusCode":415}`:             {415, "problem details"},
		`{"code":20991,"retry_after":5}`:              {0, "unknown"},
		`{"code":20001,"code":"x"}`:                   {404, "number"},
		`{"message":"404: x","message":1}`:            {404, "message"},
		`{"message":"slow down","retry_after":5}`:     {429, "retry_after"},
		`{"message":"x","retry_after":-5}`:            {0, "unknown"},
		`{"message":"x","code":20001,"status":"x"} y`: {404, "number"},
	} {
		c := contentOf([]byte(body))
		status, source := c.status()
		require.Equal(t, want.status, status, body)
		require.Equal(t, want.source, source, body)
	}
}

func TestContent_Kind(t *testing.T) {
	for body, want := range map[string]struct {
		kind    string
		isError bool
	}{
		"": {kindEmpty, false}, " \r\n": {kindEmpty, false}, "\uFEFF": {kindEmpty, false},
		"{}": {kindJSON, false}, "[]": {kindJSON, false}, "null": {kindJSON, false}, "1": {kindJSON, false},
		`{"id":"abcde","name":"Alice","message_count":3}`: {kindJSON, false},
		`[{"message":"x","code":20001}]`:                  {kindJSON, false},
		`{"message":7}`:                                   {kindJSON, false},
		`{"status":200,"title":null}`:                     {kindJSON, false},
		`{"status":200,"title":"my system"}`:              {kindJSON, false},
		`{"status":415,"title":null}`:                     {kindJSON, false},
		`{"title":"x"}`:                                   {kindJSON, false},
		`{"code":null}`:                                   {kindJSON, false},
		`{"code":"x"}`:                                    {kindJSON, false},
		`{"errors":{}}`:                                   {kindJSON, false},
		`{"errors":["x"]}`:                                {kindJSON, false},
		`{"retry_after":-1}`:                              {kindJSON, false},
		`{"x":{"message":"x","code":1,"error":"x"}}`:      {kindJSON, false},
		`{"message":"x","message":1}`:                     {kindJSON, true},
		`{"\u006dessage":"x"}`:                            {kindJSON, true},
		`{"message":""}`:                                  {kindJSON, true},
		`{"error":null}`:                                  {kindJSON, true},
		`{"code":0}`:                                      {kindJSON, true},
		`{"code":"0"}`:                                    {kindJSON, true},
		`{"code":20991}`:                                  {kindJSON, true},
		`{"retry_after":19}`:                              {kindJSON, true},
		`{"errors":{"name":["x"]}}`:                       {kindJSON, true},
		" \uFEFF {\"code\":20001}":                        {kindJSON, true},
		`{"message":"x"} and more`:                        {kindJSON, true},
		"\uFEFF{\"error\":\"x\"}":                         {kindJSON, true},
		`{"code":20001}`:                                  {kindJSON, true},
		`{"title":"x","status":415}`:                      {kindJSON, true},
		`"gone"`:                                          {kindJSON, true},
		`{"message":"x"`:                                  {kindBroken, false},
		`[1,`:                                             {kindBroken, false},
		`"gone`:                                           {kindBroken, false},
		`[1] 2`:                                           {kindBroken, false},
		"<html>":                                          {kindHTML, false}, "x <HTML>": {kindHTML, false}, "<?xml": {kindHTML, false},
		"plain":        {kindText, false},
		"plain\x00":    {kindBinary, false},
		"\x1f\x8b\xff": {kindBinary, false},
	} {
		c := contentOf([]byte(body))
		require.Equal(t, want.kind, c.kind, body)
		require.Equal(t, want.isError, c.isError, body)
	}
}

// If the unread part may have a code, decode does not report the plain code.
func TestDecode_Unread(t *testing.T) {
	const note = "The body could not be read to its end, so its code is not known: only the status is."
	const whole = " Get the whole body (curl -o FILE), and look for its code."
	const repeat = "Repeat a read after a while. A write may have happened, so check before you repeat it."
	long := `{"x":"` + strings.Repeat("x", maxText)
	for _, test := range []struct {
		input, advice string
	}{
		{"HTTP/1.1 404 x\n\n{", "The same request will most likely fail again."},
		{"HTTP/1.1 404 x\n\n" + long, "The same request will most likely fail again."},
		{"HTTP/1.1 499 x\n\n[", "The same request will most likely fail again."},
		{"HTTP/1.1 429 x\n\n{", "Wait before the next request."},
		{"HTTP/1.1 500 x\n\n{", repeat},
		{"HTTP/1.1 502 x\n\n" + long, repeat},
	} {
		d, text, status := runDecode(t, test.input)
		require.Equal(t, exitAPIError, status, "%.40q", test.input)
		require.Empty(t, d.Code+d.Meaning+d.Action, "%.40q", test.input)
		require.Equal(t, test.advice+whole, d.Advice, "%.40q", test.input)
		require.Equal(t, []string{note}, d.Notes, "%.40q", test.input)
		require.Equal(t, len(test.input) > maxText, strings.Contains(text, "; only the first "), "%.40q", test.input)
	}
	for _, input := range []string{"HTTP/1.1 200 x\n\n" + long, "HTTP/1.1 200 x\n\n{"} {
		d, _, status := runDecode(t, input)
		require.Equal(t, exitOK, status, "%.40q", input)
		require.Empty(t, d.Notes, "%.40q", input)
	}
	_, text, status := runDecode(t, long)
	require.Equal(t, exitUsage, status)
	require.Contains(t, text, "the input is JSON that is cut off")
	d, _, _ := runDecode(t, "HTTP/1.1 301 x\n\n{")
	require.Equal(t, "0/301", d.Code)

	d, text, _ = runDecode(t, "HTTP/2 404 \r\ncontent-encoding: br\r\ncontent-type: application/json\r\n\r\n\x8b\x15\x80\xff\xfe")
	require.Equal(t, []string{"The body is compressed, so its code is not known: only the status is."}, d.Notes)
	require.Contains(t, text, "Body\tneither JSON nor text; it is compressed (br): curl --compressed unpacks it\n")
}

// The advice for responses without a code is not given for others.
func TestDecode_OtherBodies(t *testing.T) {
	d, _, _ := runDecode(t, "HTTP/1.1 400 x\nContent-Type: text/plain\n\n{\"message\":\"Error parsing JSON model\",\"code\":40001}")
	e, _ := reference.Of(reference.Code(pkerr.ModelParse))
	require.Equal(t, e.Advice.String(), d.Advice)
	require.Equal(t, e.Meaning.String(), d.Meaning)
	require.Empty(t, d.Notes)

	e, _ = reference.Of(reference.Code(pkerr.NotFound))
	for _, body := range []string{"text", `{"message":"404: Not Found","code":0}`} {
		d, _, _ = runDecode(t, "HTTP/1.1 404 x\n\n"+body)
		require.Equal(t, e.Advice.String(), d.Advice, body)
		require.Empty(t, d.Notes, body)
	}
	d, _, _ = runDecode(t, "HTTP/1.1 404 x\nContent-Length: 0\n\n")
	require.NotEqual(t, e.Advice.String(), d.Advice)
}

// endless is a reader without an end. It counts the bytes that were read.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[(e.read+i)%len(e.text)]
	}
	e.read += len(p)
	return len(p), nil
}

// An endless input is read up to the limit and no further.
func TestDecode_Endless(t *testing.T) {
	for text, want := range map[string]int{
		"\x00": exitUsage, "y\n": exitUsage, "{": exitUsage, "<html>": exitUsage, "HTTP/1.1 404 x\n\n": exitAPIError, "HTTP/1.1 404 x\n": exitAPIError,
		"* \n< HTTP/1.1 404 x\n": exitAPIError, "\n": exitUsage, "[": exitUsage, `{"a":`: exitUsage, "\xff": exitUsage,
	} {
		in := &endless{text: text}
		out, stderr, status := runIn(t, in, "decode")
		require.Equal(t, want, status, "%q: %s", text, stderr)
		require.LessOrEqual(t, in.read, 2*maxInput, "%q", text)
		requireHarmless(t, strings.ReplaceAll(out, "\t", "")+stderr)
	}
}

func TestDecode_Hostile(t *testing.T) {
	// The output stays readable for a key with many errors, and for many keys.
	var fields strings.Builder
	for i := range 500 {
		fmt.Fprintf(&fields, `,"key%03d\u202e":"\u001b[31m%s"`, i, strings.Repeat("b", 50))
	}
	d, text, _ := runDecode(t, `{"code":40001,"errors":{`+fields.String()[1:]+`}}`)
	require.Len(t, d.Fields, 500)
	require.Contains(t, text, "Fields\tand more: 500 keys in all; --json shows them\n")
	require.Equal(t, 21, strings.Count(text, "Fields\t"))
	require.Contains(t, text, "Fields\tkey000\\u202e:")
	require.Contains(t, text, ` \x1b[31mbbb`)

	// Headers and requests are untrusted as well.
	d, text, _ = runDecode(t, "* x\n> GET /\u009b\u202ex HTTP/1.1\n>\n< HTTP/1.1 429 x\n< x-request-id: \u009b2J\n< x-ratelimit-scope: \u202e\n"+
		"< content-encoding: \x07\n< retry-after: 99999999999999999999\n<\n\x00")
	require.Equal(t, "\u009b2J", d.RequestID)
	require.Equal(t, "GET", d.Method)
	require.Contains(t, text, "Request\tGET /\\u009b\\u202ex\n")
	require.Contains(t, text, "Retry after\tlonger than can be shown, as the response says\n")
	require.Contains(t, text, "Really wait\tlonger than can be shown\n")
	require.Contains(t, text, "Rate limit\tscope \\u202e\n")
	d, _, _ = runDecode(t, "HTTP/1.1 429 x\nx-request-id: a\x1b[2Jb\n\n")
	require.Equal(t, "ab", d.RequestID, "escape sequences of a terminal go")

	_, text, _ = runDecode(t, `{"message":"x","code":40001,"scope":"\u001b[31m\u202e","errors":{"\u001b[2J\u202e":["Field x is invalid.","\u001b[1m\u202e"]}}`, "--lang", "de")
	require.Contains(t, text, "Scope\t\\x1b[31m\\u202e\n")
	require.Contains(t, text, "Fields\t\\x1b[2J\\u202e: Field x is invalid.\n")
	require.Contains(t, text, "Fields\t\\x1b[2J\\u202e: Diese Angabe")

	file, err := os.ReadFile(filepath.Join("..", "..", "testdata", "adversarial.jsonl"))
	require.NoError(t, err)
	tried := 0
	for line := range bytes.Lines(file) {
		var row struct {
			ID         string            `json:"id"`
			Status     int               `json:"status"`
			Headers    map[string]string `json:"headers"`
			Body       string            `json:"body"`
			BodyBase64 []byte            `json:"body_base64"`
		}
		require.NoError(t, json.Unmarshal(line, &row))
		if row.Status < 100 || row.Status > 999 {
			continue
		}
		header := http.Header{}
		for key, value := range row.Headers {
			header.Set(key, value)
		}
		body := append([]byte(row.Body), row.BodyBase64...)
		d, _, _ := runDecode(t, printed("HTTP/1.1", row.Status, header, body))
		require.Equal(t, row.Status, d.Status, row.ID)
		runDecode(t, string(body))
		tried++
	}
	require.Greater(t, tried, 50)
}

func TestDecode_Files(t *testing.T) {
	name := filepath.Join(t.TempDir(), "response.txt")
	require.NoError(t, os.WriteFile(name, []byte("HTTP/1.1 405 x\r\nAllow: GET\r\n\r\n"), 0o600))
	d, _, status := runDecode(t, "HTTP/1.1 200 OK\n\n", name)
	require.Equal(t, exitAPIError, status)
	require.Equal(t, 405, d.Status)

	dir := t.TempDir()
	_, text, status := runDecode(t, "", dir)
	require.Equal(t, exitUsage, status)
	require.Contains(t, text, "pkerr decode: cannot read the file "+quote(dir)+": ")
	require.Equal(t, 1, strings.Count(text, "\n"), text)

	broken := iotest.ErrReader(errors.New("the disk\x1b is gone"))
	_, stderr, status := runIn(t, broken, "decode")
	require.Equal(t, exitUsage, status)
	require.Equal(t, "pkerr decode: cannot read the standard input: the disk\\x1b is gone\n", stderr)
}

// If the input is a terminal, decode says that it is waiting.
func TestDecode_Waits(t *testing.T) {
	for _, args := range [][]string{{"decode"}, {"decode", "-"}} {
		var out, stderr bytes.Buffer
		s := &session{stdin: strings.NewReader(notFoundBody), stdout: &out, stderr: &stderr, getenv: environment()}
		s.terminal = func(stream any) bool { return stream == s.stdin }
		require.Equal(t, exitAPIError, s.run(args))
		require.Regexp(t, `^pkerr decode: waiting for a response on the terminal; paste it, then press Ctrl-[DZ].*\n$`, stderr.String())
	}
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, isTerminal(null))
}

// The flag may repeat what the status line says, but not contradict it.
func TestDecode_StatusFlag(t *testing.T) {
	d, _, status := runDecode(t, "HTTP/1.1 404 x\n\n", "--status", "404")
	require.Equal(t, exitAPIError, status)
	require.Equal(t, 404, d.Status)
	require.Equal(t, "status line", d.StatusSource)

	_, text, status := runDecode(t, "HTTP/1.1 404 x\n\n", "--status", "500")
	require.Equal(t, exitUsage, status)
	require.Contains(t, text, "the input has the status 404, but --status is 500")

	d, _, _ = runDecode(t, "some text", "--status", "502")
	require.Equal(t, []any{502, "flag", kindText}, []any{d.Status, d.StatusSource, d.Body.Kind})
}

// An error stays an error, whatever its body looks like.
func TestDecode_ErrorInError(t *testing.T) {
	for _, text := range []string{"401", "407", "301", "302", "303", "307", "308", "500"} {
		for _, format := range []string{"HTTP/1.1 %s x\n\nHTTP/1.1 200 OK\n\n{}", "* x\n< HTTP/1.1 %s x\n< \n< HTTP/1.1 200 OK\n< \n{}"} {
			d, _, status := runDecode(t, fmt.Sprintf(format, text))
			require.Equal(t, exitAPIError, status, text)
			require.Equal(t, text, fmt.Sprint(d.Status))
		}
	}
}

// Markup in a message is printed as is, even in JSON.
func TestDecode_Markup(t *testing.T) {
	out, _, status := runIn(t, strings.NewReader(`{"message":"<b> & co","code":20001}`), "decode", "--json")
	require.Equal(t, exitAPIError, status)
	require.Contains(t, out, `"message": "<b> & co"`)
}

// The output shows the wait in the response and the actual wait.
func TestDecode_RetryDelay(t *testing.T) {
	const limited, limiter = "HTTP/1.1 429 x\n", "X-RateLimit-Limit: 3\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1786982400\nX-RateLimit-Scope: generic_update\n"
	for input, want := range map[string][]string{
		limited + "\n": {"Really wait\t1000 ms, one interval of the limit\n"},
		limited + limiter + "\n{\"retry_after\":0}":                                                     {"Retry after\t0 ms, as the response says", "Really wait\t668 ms, two intervals more than the response says"},
		limited + limiter + "\n{\"retry_after\":19}":                                                    {"Retry after\t19 ms, as the response says", "Really wait\t353 ms, one interval more than the response says"},
		limited + limiter + "\n{\"retry_after\":999}":                                                   {"Really wait\t1333 ms, one interval more"},
		limited + "\n{\"retry_after\":0}":                                                               {"Really wait\t1000 ms, one interval more"},
		limited + "X-RateLimit-Limit: 3\n\n{\"retry_after\":0}":                                         {"Really wait\t334 ms, one interval more", "Rate limit\t3 a second\n"},
		limited + "Date: Mon, 05 Jan 2026 08:00:00 GMT\nRetry-After: Mon, 05 Jan 2026 08:00:30 GMT\n\n": {"Retry after\t30000 ms, as"},
		limited + "Retry-After: 60\n\n":                                                                 {"Retry after\t60000 ms (1m0s), as the response says", "Really wait\t61000 ms (1m1s), one interval more"},
		limited + "Retry-After: 59\n\n":                                                                 {"Retry after\t59000 ms, as"},
	} {
		_, text, _ := runDecode(t, input)
		for _, line := range want {
			require.Contains(t, text, line, "%q", input)
		}
		require.NotContains(t, text, "client.RetryDelay")
		_, text, _ = runDecode(t, input, "--go")
		require.Contains(t, text, " (client.RetryDelay)\n")
	}
	_, text, _ := runDecode(t, limited+"X-RateLimit-Limit: x\n\n")
	require.NotContains(t, text, "Rate limit")
}

// Decode does not make up a message that the response lacks.
func TestDecode_WithoutMessage(t *testing.T) {
	for _, input := range []string{`{"code":20991}`, "HTTP/1.1 404 x\nServer: x\n\n", "HTTP/1.1 502 x\n\n<html>busy</html>", "500", "HTTP/1.1 404 x\n\n{\"code\":20002}"} {
		d, text, _ := runDecode(t, input)
		require.Empty(t, d.Message, input)
		require.NotContains(t, text, "Message", input)
	}
	d, _, _ := runDecode(t, `{"code":20991,"message":"x"}`)
	require.Equal(t, "x", d.Message)
}

// Without the headers, the method determines the interval of the rate limit.
func TestDecode_Method(t *testing.T) {
	const trace = "* x\n> %s /v2/x HTTP/2\n> \n< HTTP/2 429 \n< \n{\"message\":\"429: too many requests\",\"retry_after\":19}"
	d, _, _ := runDecode(t, fmt.Sprintf(trace, "PATCH"))
	require.EqualValues(t, 353, *d.RetryDelay)
	d, _, _ = runDecode(t, fmt.Sprintf(trace, "GET"))
	require.EqualValues(t, 119, *d.RetryDelay)
}
