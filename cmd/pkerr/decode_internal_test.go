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

// runDecode runs decode on an input, and returns its JSON, and what it prints.
func runDecode(t *testing.T, input string, args ...string) (v verdict, text string, status int) {
	t.Helper()
	none := func(string) string { return "" }
	var asJSON, stderr bytes.Buffer
	status = run(append([]string{"decode", "--json"}, args...), strings.NewReader(input), &asJSON, &stderr, none)
	if status == exitUsage {
		return verdict{}, stderr.String(), status
	}
	require.NoError(t, json.Unmarshal(asJSON.Bytes(), &v))
	var out bytes.Buffer
	require.Equal(t, status, run(append([]string{"decode"}, args...), strings.NewReader(input), &out, &stderr, none))
	require.Empty(t, stderr.String())
	require.NotEmpty(t, out.String())
	requireHarmless(t, asJSON.String()+out.String())
	return v, out.String(), status
}

func requireHarmless(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		require.False(t, r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), "%q in %.200q", r, text)
	}
}

// printed is what curl -i prints of a response.
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

// Of every response that the API is known to send decode says what package client says.
func TestDecodeCorpus(t *testing.T) {
	derived := 0
	for id, resp := range pkerrtest.Responses() {
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		v, _, status := runDecode(t, printed("HTTP/2", resp.StatusCode, resp.Header, body))
		require.Equal(t, resp.StatusCode, v.Status, id)
		require.Equal(t, len(body) > maxBody, v.Body.Truncated, id)
		if resp.StatusCode < 300 {
			require.Equal(t, exitOK, status, id)
			require.True(t, v.Success, id)
			continue
		}
		require.Equal(t, exitAPIError, status, id)
		want := client.Decode(resp.StatusCode, resp.Header, body[:min(len(body), maxBody)])
		requireSame(t, id, want, v)

		// Without the headers, and the status.
		v, _, status = runDecode(t, string(body))
		if status == exitUsage {
			require.NotEqual(t, kindJSON, kindOf(body[:min(len(body), maxBody)], len(body) > maxBody), id)
			continue
		}
		if id == "hist-py-empty-object" {
			require.Equal(t, exitOK, status, "nothing in it is of an error")
			continue
		}
		require.Equal(t, exitAPIError, status, "%s: %s", id, body)
		if c, known := constantOf(pkerr.CodeOf(want).Number()); known {
			require.Equal(t, c.Status(), v.Status, id)
			derived++
		}
		if v.Status != 0 && resp.StatusCode == v.Status {
			require.Equal(t, pkerr.CodeOf(want).String(), v.Code, id)
		}

		v, _, _ = runDecode(t, string(body), "--status", fmt.Sprint(resp.StatusCode))
		requireSame(t, id, client.Decode(resp.StatusCode, nil, body[:min(len(body), maxBody)]), v)
	}
	require.Greater(t, derived, 90)
}

func requireSame(t *testing.T, id string, want error, v verdict) {
	t.Helper()
	response, _ := errors.AsType[*client.ResponseError](want)
	e, _ := errors.AsType[*pkerr.Error](want)
	require.Equal(t, pkerr.CodeOf(want).String(), v.Code, id)
	require.Equal(t, pkerr.CodeOf(want).Name(), v.Name, id)
	require.Equal(t, strings.ToValidUTF8(e.Message, "\ufffd"), v.Message, id)
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
	requireWait(t, id, v.RetryDelay)(client.RetryDelay(want))
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

// requireWait requires that a wait is what the document says, in milliseconds.
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

// Of the responses without a code decode says what the reference says.
func TestDecodeWithoutACode(t *testing.T) {
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

func TestStatusOf(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		source string
	}{
		`{"code":20003}`:                              {404, byNumber},
		`{"code":"50001"}`:                            {501, byNumber},
		`{"code":20011,"message":"404: x"}`:           {0, byNothing},
		`{"code":0,"message":"404: Not Found"}`:       {404, byMessage},
		`{"error":"503: gone away"}`:                  {503, byMessage},
		`"401: Missing"`:                              {401, byMessage},
		`{"message":"200: x"}`:                        {0, byNothing},
		`{"message":"4040: x"}`:                       {0, byNothing},
		`{"message":"x"}`:                             {0, byNothing},
		`{"code":0}`:                                  {0, byNothing},
		`{"title":"x","status":415}`:                  {415, byProblem},
		`{"title":"x","status":200}`:                  {0, byNothing},
		`{"title":"x","status":"415"}`:                {0, byNothing},
		`{"status":415}`:                              {0, byNothing},
		`{"title":"x","status":399}`:                  {0, byNothing},
		`{"title":"x","status":400}`:                  {400, byProblem},
		`{"title":"x","status":599}`:                  {599, byProblem},
		`{"title":"x","status":600}`:                  {0, byNothing},
		`{"title":"x","title":1,"status":415}`:        {415, byProblem},
		`{"code":20011,"retry_after":5}`:              {0, byNothing},
		`{"code":20001,"code":"x"}`:                   {404, byNumber},
		`{"message":"404: x","message":1}`:            {404, byMessage},
		`{"message":"slow down","retry_after":5}`:     {429, byRetryAfter},
		`{"message":"x","retry_after":-5}`:            {0, byNothing},
		`{"message":"x","code":20001,"status":"x"} y`: {404, byNumber},
	} {
		c := contentOf([]byte(body), false)
		status, source := c.status()
		require.Equal(t, want.status, status, body)
		require.Equal(t, want.source, source, body)
	}
}

func TestBodies(t *testing.T) {
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
		`{"code":20011}`:                                  {kindJSON, true},
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
		c := contentOf([]byte(body), false)
		require.Equal(t, want.kind, c.kind, body)
		require.Equal(t, want.isError, c.isError, body)
	}
}

// A body that we cut is not broken, and tells what it is by what was read of it.
func TestCutBodies(t *testing.T) {
	for body, want := range map[string]struct {
		kind    string
		isError bool
	}{
		`[{"message":"x","code":20001},`:           {kindCut, false},
		`{"id":"abcde","name":"Ali`:                {kindCut, false},
		`{"id":"abcde","x":{"message":"x","code":`: {kindCut, false},
		`{"id":"abcde","mess`:                      {kindCut, false},
		`{`:                                        {kindCut, false},
		`{"id":tr`:                                 {kindCut, false},
		`{"message":"x`:                            {kindCut, true},
		`{"id":"abcde","code"`:                     {kindCut, true},
		`{"code":20001,"x":[`:                      {kindCut, true},
		`{"error":`:                                {kindCut, true},
		`"gone`:                                    {kindCut, true},
		`{"id":"abcde"}{`:                          {kindJSON, false},
		`[1]  `:                                    {kindJSON, false},
		`{"id":x`:                                  {kindBroken, false},
		`{]`:                                       {kindBroken, false},
		`[1 2`:                                     {kindBroken, false},
		`<html`:                                    {kindHTML, false},
		`tr`:                                       {kindText, false},
	} {
		c := contentOf([]byte(body), true)
		require.Equal(t, want.kind, c.kind, body)
		require.Equal(t, want.isError, c.isError, body)
		require.Zero(t, c.number, body)
	}
}

// Where the code may be in what was not read, nothing is said of the plain one.
func TestDecodeOfWhatWasNotRead(t *testing.T) {
	const note, whole = "The body could not be read to its end, so its code is not known: only the status is.", " Get the whole body (curl -o FILE), and look for its code."
	long := `{"x":"` + strings.Repeat("x", maxBody)
	for _, test := range []struct {
		input, advice string
	}{
		{"HTTP/1.1 404 x\n\n{", "The same request will most likely fail again."},
		{"HTTP/1.1 404 x\n\n" + long, "The same request will most likely fail again."},
		{"HTTP/1.1 404 x\n" + strings.Repeat("A: b\n", (maxHead+maxBody)/5+1), "The same request will most likely fail again."},
		{"HTTP/1.1 499 x\n\n[", "The same request will most likely fail again."},
		{"HTTP/1.1 429 x\n\n{", "Wait before the next request."},
		{"HTTP/1.1 500 x\n\n{", "Repeat a read after a while. A write may have gone through: look before repeating it."},
		{"HTTP/1.1 502 x\n\n" + long, "Repeat a read after a while. A write may have gone through: look before repeating it."},
	} {
		v, _, status := runDecode(t, test.input)
		require.Equal(t, exitAPIError, status, "%.40q", test.input)
		require.Empty(t, v.Meaning, "%.40q", test.input)
		require.Empty(t, v.Action, "%.40q", test.input)
		require.Equal(t, test.advice+whole, v.Advice, "%.40q", test.input)
		require.Equal(t, note, v.Notes[len(v.Notes)-1], "%.40q", test.input)
	}

	v, text, status := runDecode(t, `{"message":"x",`+long[1:])
	require.Equal(t, exitAPIError, status)
	require.Zero(t, v.Status)
	require.Equal(t, []string{"The body could not be read to its end, so its code is not known."}, v.Notes)
	require.Contains(t, text, "Body         JSON; only the first 64 KiB were read\n")
	require.Contains(t, text, "An error with an unknown status\n")
	require.NotContains(t, text, "status 0")

	for _, input := range []string{long, "HTTP/1.1 200 x\n\n" + long, "HTTP/1.1 200 x\n\n{}"} {
		v, _, status = runDecode(t, input)
		require.Equal(t, exitOK, status, "%.40q", input)
		require.True(t, v.Success, "%.40q", input)
		require.Empty(t, v.Notes, "%.40q", input)
	}

	v, _, _ = runDecode(t, "HTTP/1.1 301 x\n\n{")
	require.Empty(t, v.Notes[1:])
}

// What is said of responses without a code is not said of others.
func TestDecodeOfOtherBodies(t *testing.T) {
	v, _, _ := runDecode(t, "HTTP/1.1 400 x\nContent-Type: text/plain\n\n{\"message\":\"Error parsing JSON model\",\"code\":40001}")
	e, _ := reference.Of(reference.Code(pkerr.ModelParse))
	require.Equal(t, e.Advice.String(), v.Advice)
	require.Equal(t, e.Meaning.String(), v.Meaning)
	require.Empty(t, v.Notes)

	e, _ = reference.Of(reference.Code(pkerr.NotFound))
	for _, body := range []string{"<html>", "text", `{"message":"404: Not Found","code":0}`} {
		v, _, _ = runDecode(t, "HTTP/1.1 404 x\n\n"+body)
		require.Equal(t, e.Advice.String(), v.Advice, body)
		require.Empty(t, v.Notes, body)
	}
	v, _, _ = runDecode(t, "HTTP/1.1 404 x\n\n")
	require.NotEqual(t, e.Advice.String(), v.Advice)
}

// endless is a reader without an end, which tells how much was read.
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

// What has no end is read to the limit, and no further, and takes no time.
func TestDecodeEndless(t *testing.T) {
	none := func(string) string { return "" }
	for text, want := range map[string]int{
		"\x00": exitUsage, "y\n": exitUsage, "{": exitUsage, "<html>": exitUsage, "HTTP/1.1 404 x\n\n": exitAPIError, "HTTP/1.1 404 x\n": exitAPIError,
		"HTTP/1.1 100 x\n\n": exitAPIError, "HTTP/1.1 404 x\r\n \r\n": exitAPIError, "* x\n": exitUsage, "* \n< HTTP/1.1 404 x\n": exitAPIError, "\n": exitUsage,
		`{"message":"x","code":20001}`: exitAPIError, "[": exitUsage, `{"a":`: exitUsage, "HTTP/1.1 301 x\nA:b\n\n": exitAPIError, "\xff": exitUsage,
	} {
		for _, args := range [][]string{{"decode"}, {"decode", "--json"}} {
			in := &endless{text: text}
			var out, stderr bytes.Buffer
			start := time.Now()
			require.Equal(t, want, run(args, in, &out, &stderr, none), "%q: %s", text, &stderr)
			require.Less(t, time.Since(start), 10*time.Second, "%q", text)
			require.LessOrEqual(t, in.read, 2*(maxHead+maxBody), "%q", text)
			requireHarmless(t, out.String()+stderr.String())
		}
	}
}

func TestDecodeHostile(t *testing.T) {
	large := `{"message":"` + strings.Repeat("a", 10<<20) + `","code":20001}`
	v, text, status := runDecode(t, "HTTP/1.1 404 x\n\n"+large)
	require.Equal(t, exitAPIError, status)
	require.True(t, v.Body.Truncated)
	require.Equal(t, maxBody, v.Body.Length)
	require.Contains(t, text, "Body         JSON; only the first 64 KiB were read\n")

	v, text, _ = runDecode(t, `{"message":"System not found.","code":20001}`+strings.Repeat(" y", maxBody))
	require.Equal(t, pkerr.SystemNotFound.String(), v.Code)
	require.Contains(t, text, "Body         JSON; it goes on after the 65536 bytes that were read\n")

	// One key with many errors, and many keys, stay readable.
	var fields strings.Builder
	for i := range 500 {
		fmt.Fprintf(&fields, `,"key%03d\u202e":"\u001b[31m%s"`, i, strings.Repeat("b", 50))
	}
	v, text, _ = runDecode(t, `{"code":40001,"errors":{`+fields.String()[1:]+`}}`)
	require.Len(t, v.Fields, 500)
	require.Contains(t, text, "and 480 more keys, which --json has")
	require.Contains(t, text, `Fields       key000\u202e:`)
	require.Contains(t, text, ` \x1b[31mbbb`)

	// Headers and requests are a stranger's as well.
	v, text, _ = runDecode(t, "* x\n> GET /\x1b\u202ex HTTP/1.1\n>\n< HTTP/1.1 429 x\n< x-request-id: \x1b[2J\n< x-ratelimit-scope: \u202e\n< content-encoding: \x07\n< retry-after: 99999999999999999999\n<\n\x00")
	require.Equal(t, "\x1b[2J", v.RequestID)
	require.Equal(t, "GET", v.Method)
	require.Contains(t, text, `Request      GET /\x1b\u202ex`)
	require.Contains(t, text, "Retry after  longer than can be told, as the response says\n")
	require.Contains(t, text, "Really wait  longer than can be told (client.RetryDelay)\n")
	require.Contains(t, text, `Rate limit   scope \u202e`+"\n")

	_, text, _ = runDecode(t, `{"message":"x","code":40001,"scope":"\u001b[31m\u202e","errors":{"\u001b[2J\u202e":["Field x is invalid.","\u001b[1m\u202e"]}}`, "--lang", "de")
	require.Contains(t, text, `Scope        \x1b[31m\u202e`+"\n")
	require.Contains(t, text, `Fields       \x1b[2J\u202e: Field x is invalid.`+"\n")
	require.Contains(t, text, "\n"+`             \x1b[2J\u202e: Diese Angabe`)

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
		v, _, _ := runDecode(t, printed("HTTP/1.1", row.Status, header, body))
		require.Equal(t, row.Status, v.Status, row.ID)
		runDecode(t, string(body))
		tried++
	}
	require.Greater(t, tried, 50)
}

func TestDecodeFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "response.txt")
	require.NoError(t, os.WriteFile(name, []byte("HTTP/1.1 405 x\r\nAllow: GET\r\n\r\n"), 0o600))
	v, _, status := runDecode(t, "HTTP/1.1 200 OK\n\n", name)
	require.Equal(t, exitAPIError, status)
	require.Equal(t, 405, v.Status)

	dir := t.TempDir()
	_, text, status := runDecode(t, "", dir)
	require.Equal(t, exitUsage, status)
	require.Contains(t, text, "pkerr decode: the file "+quote(dir)+" cannot be read: ")
	require.Equal(t, 1, strings.Count(text, "\n"), text)

	var stderr bytes.Buffer
	broken := iotest.ErrReader(errors.New("the disk\x1b is gone"))
	require.Equal(t, exitUsage, run([]string{"decode"}, broken, io.Discard, &stderr, func(string) string { return "" }))
	require.Equal(t, "pkerr decode: the standard input cannot be read: the disk\\x1b is gone\n", stderr.String())
}

// The flag may say again what the status line says.
func TestDecodeSameStatus(t *testing.T) {
	v, _, status := runDecode(t, "HTTP/1.1 404 x\n\n", "--status", "404")
	require.Equal(t, exitAPIError, status)
	require.Equal(t, 404, v.Status)
	require.Equal(t, byStatusLine, v.StatusSource)
}

// An error is none the less one for what its body looks like.
func TestDecodeErrorOfAnError(t *testing.T) {
	for _, text := range []string{"401", "407", "301", "302", "303", "307", "308", "500"} {
		for _, format := range []string{"HTTP/1.1 %s x\n\nHTTP/1.1 200 OK\n\n{}", "* x\n< HTTP/1.1 %s x\n< \n< HTTP/1.1 200 OK\n< \n{}"} {
			v, _, status := runDecode(t, fmt.Sprintf(format, text))
			require.Equal(t, exitAPIError, status, text)
			require.Equal(t, text, fmt.Sprint(v.Status))
		}
	}
}

// Markup in a message is what it is, in JSON too.
func TestDecodeMarkup(t *testing.T) {
	var out, stderr bytes.Buffer
	in := strings.NewReader(`{"message":"<b> & co","code":20001}`)
	require.Equal(t, exitAPIError, run([]string{"decode", "--json"}, in, &out, &stderr, func(string) string { return "" }))
	require.Contains(t, out.String(), `"message": "<b> & co"`)
}

// What a wait is printed as.
func TestDecodeWaits(t *testing.T) {
	const limited, limiter = "HTTP/1.1 429 x\n", "X-RateLimit-Limit: 3\nX-RateLimit-Remaining: 0\nX-RateLimit-Scope: generic_update\n"
	for input, want := range map[string][]string{
		limited + "\n": {"Really wait  1000 ms, one interval of the limit (client.RetryDelay)"},
		limited + limiter + "\n{\"retry_after\":0}":             {"Retry after  0 ms, as the response says", "Really wait  668 ms, two intervals more than the response says"},
		limited + limiter + "\n{\"retry_after\":19}":            {"Retry after  19 ms, as the response says", "Really wait  353 ms, one interval more than the response says"},
		limited + limiter + "\n{\"retry_after\":999}":           {"Really wait  1333 ms, one interval more"},
		limited + "\n{\"retry_after\":0}":                       {"Really wait  1000 ms, one interval more"},
		limited + "X-RateLimit-Limit: 3\n\n{\"retry_after\":0}": {"Really wait  334 ms, one interval more", "Rate limit   3 a second, 0 left\n"},
		limited + "Retry-After: 60\n\n":                         {"Retry after  60000 ms (1m0s), as the response says", "Really wait  61000 ms (1m1s), one interval more"},
		limited + "Retry-After: 59\n\n":                         {"Retry after  59000 ms, as"},
	} {
		_, text, _ := runDecode(t, input)
		for _, line := range want {
			require.Contains(t, text, line, "%q", input)
		}
	}
	_, text, _ := runDecode(t, limited+"X-RateLimit-Limit: x\n\n")
	require.NotContains(t, text, "Rate limit")
}

// What the response does not say is not made up.
func TestDecodeWithoutMessage(t *testing.T) {
	v, text, _ := runDecode(t, `{"code":20011}`)
	require.Empty(t, v.Message)
	require.NotContains(t, text, "Message")
	v, _, _ = runDecode(t, `{"code":20011,"message":"x"}`)
	require.Equal(t, "x", v.Message)
}

// Without the headers the method tells the interval of a rate limit.
func TestDecodeKnowsTheMethod(t *testing.T) {
	const trace = "* x\n> %s /v2/x HTTP/2\n> \n< HTTP/2 429 \n< \n{\"message\":\"429: too many requests\",\"retry_after\":19}"
	v, _, _ := runDecode(t, fmt.Sprintf(trace, "PATCH"))
	require.Equal(t, 353*time.Millisecond, time.Duration(*v.RetryDelay)*time.Millisecond)
	v, _, _ = runDecode(t, fmt.Sprintf(trace, "GET"))
	require.Equal(t, 119*time.Millisecond, time.Duration(*v.RetryDelay)*time.Millisecond)
}
