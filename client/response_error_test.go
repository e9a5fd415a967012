package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// requireOneLine fails unless text is one short line that is safe to print.
func requireOneLine(t *testing.T, text string) {
	t.Helper()
	require.NotEmpty(t, text)
	require.Less(t, len(text), 4<<10)
	for _, r := range text {
		require.True(t, unicode.IsPrint(r) && r != unicode.ReplacementChar || r == '\uFFFD', "%q in %q", r, text)
	}
}

// printed returns every printed form of an error, or of a copy of what it
// points to. Of an error that wraps it these are the forms of the verbs for
// errors: for all others fmt prints the fields of both.
func printed(t *testing.T, value any) []string {
	t.Helper()
	verbs := "vsqxX"
	switch value.(type) {
	case *client.ResponseError, client.ResponseError, *pkerr.Error:
		verbs = "ABCDEFGHIJKLMNOPQRSUVWXYZabcdefghijklmnoqrstuvxyzé!"
	}
	var forms []string
	for _, verb := range verbs {
		for _, flags := range []string{"%", "%+", "%#", "%-20.3"} {
			forms = append(forms, fmt.Sprintf(flags+string(verb), value))
		}
	}
	forms = append(forms, fmt.Sprint(value))
	for _, mistaken := range []string{"x", "%[2]v", "%[1]*[1]v", "%"} {
		forms = append(forms, fmt.Sprintf(mistaken, value))
	}
	if err, ok := value.(error); ok {
		forms = append(forms, fmt.Errorf("x: %w", err).Error())
	}
	for _, holder := range []any{[]any{value}, map[string]any{"k": value}, struct{ X any }{value}, &struct{ X any }{value}, [1]any{value}} {
		forms = append(forms, fmt.Sprintf("%v", holder), fmt.Sprintf("%+v", holder), fmt.Sprintf("%#v", holder), fmt.Sprintf("%s", holder))
	}
	for _, replace := range []func([]string, slog.Attr) slog.Attr{nil, pkerr.ReplaceAttr} {
		opts := &slog.HandlerOptions{ReplaceAttr: replace}
		var text, object bytes.Buffer
		for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&text, opts)), slog.New(slog.NewJSONHandler(&object, opts))} {
			logger.Info("x", "err", value)
			logger.With("err", value).Info("x")
			logger.WithGroup("g").Info("x", slog.Group("h", "err", value))
		}
		forms = append(forms, strings.Split(strings.TrimSpace(text.String()), "\n")...)
		forms = append(forms, strings.Split(strings.TrimSpace(object.String()), "\n")...)
	}
	var text bytes.Buffer
	log.New(&text, "", 0).Print(value)
	return append(forms, strings.TrimSpace(text.String()))
}

const hostile = "\x1b]0;pwned\x07\x1b[31m\r\n2026 level=info\u202Egpj.exe\u2066\u2028\x00\x85\xff%!s(PANIC)%n\u200B\uFEFF\U000E0001"

func TestResponseError_PrintsOneLine(t *testing.T) {
	long := strings.Repeat(hostile, 10_000)
	header := http.Header{
		"Fly-Request-Id": {long}, "X-Ratelimit-Scope": {long}, "X-Ratelimit-Limit": {long}, "Retry-After": {long}, "Content-Type": {"text/plain"},
	}
	body, err := json.Marshal(map[string]any{
		"message": long, "code": 20003, "scope": long, "retry_after": 1e300, "errors": map[string]any{long: []any{long, map[string]any{"message": long}}},
	})
	require.NoError(t, err)
	values := []error{
		client.Decode(404, header, body),
		client.Decode(429, header, []byte(hostile)),
		client.Decode(-7, nil, nil),
		&client.ResponseError{},
		&client.ResponseError{Status: 404, Method: long, Path: long, Header: http.Header{"X-Request-Id": {long}, "X-Ratelimit-Scope": {long}}, Body: []byte(long)},
		(*client.ResponseError)(nil),
	}
	var group sync.WaitGroup
	for _, value := range values {
		for range 4 {
			group.Go(func() {
				for _, form := range printed(t, value) {
					requireOneLine(t, form)
				}
				requireOneLine(t, value.Error())
			})
		}
	}
	group.Wait()
}

func TestResponseError_Error(t *testing.T) {
	resp := response(404, `{"message":"Member not found.","code":20002}`)
	resp.Request = request(t, "https://api.pluralkit.me/v2/members/abcde?token=secret")
	require.EqualError(t, client.Check(resp), "GET /v2/members/abcde: 20002/404: Member not found.")

	resp = response(502, "<html>")
	resp.Header.Set("Fly-Request-Id", "01JD-fra")
	resp.Request = request(t, "https://api.pluralkit.me/v2/members/abcde")
	require.EqualError(t, client.Check(resp), "GET /v2/members/abcde: 502: Bad Gateway (request 01JD-fra)")

	require.EqualError(t, client.Decode(600, nil, nil), "status 600")
	require.EqualError(t, &client.ResponseError{Status: 404}, "404: Not Found")
	require.EqualError(t, &client.ResponseError{}, "status 0")
	require.EqualError(t, (*client.ResponseError)(nil), "<nil>")
}

func TestResponseError_LogValue(t *testing.T) {
	resp := response(404, `{"message":"Member 'abcde' not found.","code":20003}`)
	resp.Header.Set("X-RateLimit-Limit", "10")
	resp.Header.Set("Cf-Ray", "8f2a-FRA")
	resp.Request = request(t, "https://api.pluralkit.me/v2/members/abcde?token=secret")
	broken := response(429, `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`)
	broken.ContentLength = -1
	broken.Body = io.NopCloser(io.MultiReader(broken.Body, iotest.ErrReader(errors.New("broken"))))
	e := requireResponseError(t, client.Check(resp))
	for _, c := range []struct {
		err  error
		want string
	}{
		{e, `{"text":"GET /v2/members/abcde: 20003/404: Member 'abcde' not found. (request 8f2a-FRA)","code":"20003/404","message":"Member 'abcde' not found.",
			"status":404,"method":"GET","path":"/v2/members/abcde","request_id":"8f2a-FRA"}`},
		{fmt.Errorf("lookup: %w", e), `{"text":"lookup: GET /v2/members/abcde: 20003/404: Member 'abcde' not found. (request 8f2a-FRA)","code":"20003/404",
			"message":"Member 'abcde' not found.","status":404,"method":"GET","path":"/v2/members/abcde","request_id":"8f2a-FRA"}`},
		{client.Check(broken), `{"text":"429: too many requests (scope generic_get, retry after 19ms): broken","code":"0/429","message":"429: too many requests",
			"scope":"generic_get","retry_after":19000000,"cause":"broken","status":429}`},
		{client.Decode(400, nil, []byte(`{"message":"Error parsing JSON model","code":40001,"errors":{"name":["m"]}}`)),
			`{"text":"40001/400: Error parsing JSON model: name: m","code":"40001/400","message":"Error parsing JSON model","fields":"name: m","status":400}`},
		{client.Decode(600, nil, nil), `{"text":"status 600","code":"0/600","message":"status 600","status":600}`},
		{client.Decode(1000, nil, nil), `{"text":"status 1000","message":"status 1000","status":1000}`},
		{&client.ResponseError{Status: 404}, `{"text":"404: Not Found","code":"0/404","message":"404: Not Found","status":404}`},
		{&client.ResponseError{}, `{"text":"status 0","status":0}`},
	} {
		require.Equal(t, compact(t, c.want), logged(c.err, pkerr.ReplaceAttr), "the same keys in the same order")
		if copied, ok := c.err.(*client.ResponseError); ok {
			require.Equal(t, compact(t, c.want), logged(c.err, nil))
			require.Equal(t, compact(t, c.want), logged(*copied, nil))
		}
	}
}

// logged returns value as it is logged in JSON.
func logged(value any, replace func([]string, slog.Attr) slog.Attr) string {
	var written bytes.Buffer
	slog.New(slog.NewJSONHandler(&written, &slog.HandlerOptions{ReplaceAttr: replace})).Error("lookup", "err", value)
	var line struct{ Err json.RawMessage }
	_ = json.Unmarshal(written.Bytes(), &line)
	return string(line.Err)
}

func compact(t *testing.T, object string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(object)))
	return b.String()
}

func TestResponseError_Nil(t *testing.T) {
	var e *client.ResponseError
	require.Equal(t, "<nil>", fmt.Sprint(e))
	require.Equal(t, "<nil>", fmt.Sprintf("%+v", e))
	require.Equal(t, "<nil>", fmt.Sprintf("%d", e))
	require.EqualError(t, e, "<nil>")
	require.NoError(t, e.Unwrap())
	require.Empty(t, e.RequestID())
	require.Nil(t, e.LogAttrs())
	require.True(t, e.Remote())
	limit, ok := e.RateLimit()
	require.False(t, ok)
	require.Equal(t, client.RateLimit{Remaining: -1}, limit)
	object, err := json.Marshal(map[string]any{"err": e})
	require.NoError(t, err)
	require.JSONEq(t, `{"err":null}`, string(object))
	require.JSONEq(t, `{"text":"<nil>"}`, logged(pkerr.LogValue(e), nil))
	require.NotPanics(t, func() { logged(e, nil) })
	require.NotPanics(t, func() { logged(e, pkerr.ReplaceAttr) })
}

// Printing, logging and storing an error or a copy of it shows neither the URL
// and header of the request nor the header of the response.
func TestResponseError_NoSecretIsReachable(t *testing.T) {
	const secret = "s3cr3t"
	req := request(t, "https://user:"+secret+"@api.pluralkit.me/v2/members/abcde?token="+secret+"#"+secret)
	req.Header.Set("Authorization", secret)
	req.Header.Set("Cookie", secret)
	for _, body := range []string{`{"message":"m","code":20001}`, "<html>", "", "\xff"} {
		resp := response(429, body)
		resp.Request = req
		for _, key := range []string{"Set-Cookie", "Authorization", "X-Api-Key", "Www-Authenticate"} {
			resp.Header.Set(key, secret)
		}
		resp.Header.Set("Location", "https://example.com/?"+secret)
		resp.Header.Set("X-Request-Id", "id")
		e := requireResponseError(t, client.Check(resp))
		require.Equal(t, secret, e.Header.Get("Set-Cookie"))
		copied := *e
		for _, value := range []any{e, copied, &copied, fmt.Errorf("x: %w", e), errors.Join(e), e.Unwrap(), &url.Error{Op: "Get", Err: e}} {
			object, err := json.Marshal(value)
			require.NoError(t, err)
			for _, form := range append(printed(t, value), string(object)) {
				require.NotContains(t, form, secret)
				require.NotContains(t, strings.ToLower(form), fmt.Sprintf("%x", secret))
				require.NotContains(t, form, "Set-Cookie")
			}
		}
	}
}

func TestResponseError_RequestID(t *testing.T) {
	header := http.Header{}
	require.Empty(t, requireResponseError(t, client.Decode(500, header, nil)).RequestID())
	for _, key := range []string{"X-Request-Id", "CF-RAY", "Fly-Request-Id"} {
		header.Set(key, "id of "+key)
		require.Equal(t, "id of "+key, requireResponseError(t, client.Decode(500, header, nil)).RequestID(), "the later ones come first")
		header.Add(key, "another")
		require.Equal(t, "id of "+key, requireResponseError(t, client.Decode(500, header, nil)).RequestID())
	}
	header.Set("Fly-Request-Id", "")
	require.Equal(t, "id of CF-RAY", requireResponseError(t, client.Decode(500, header, nil)).RequestID())
}

func TestResponseError_Unwrap(t *testing.T) {
	err := client.Decode(404, nil, []byte(`{"message":"Member 'abcde' not found.","code":20003}`))
	for _, err := range []error{err, fmt.Errorf("lookup: %w", err), errors.Join(io.EOF, err)} {
		require.ErrorIs(t, err, pkerr.MemberNotFoundWithRef)
		require.ErrorIs(t, err, pkerr.MemberNotFound)
		require.ErrorIs(t, err, pkerr.NotFound)
		require.NotErrorIs(t, err, pkerr.SystemNotFound)
		require.NotErrorIs(t, err, pkerr.Gone)
		require.Equal(t, pkerr.MemberNotFoundWithRef, pkerr.CodeOf(err))
		ref, ok := pkerr.Ref(err)
		require.True(t, ok)
		require.Equal(t, "abcde", ref)
		_, ok = errors.AsType[*client.ResponseError](err)
		require.True(t, ok)
	}

	require.NoError(t, (*client.ResponseError)(nil).Unwrap())
	require.NoError(t, (&client.ResponseError{}).Unwrap())
	require.ErrorIs(t, &client.ResponseError{Status: 404}, pkerr.NotFound, "without Decode it is the plain code of its status")
	require.NotErrorIs(t, &client.ResponseError{}, pkerr.NotFound)
}

func TestResponseError_ComparingNeverPanics(t *testing.T) {
	values := []error{
		client.Decode(400, nil, []byte(`{"errors":{"a":["m"]},"code":40001}`)), &client.ResponseError{}, (*client.ResponseError)(nil),
		pkerr.NotFound, pkerr.NotFound.WithRef("x"), (*pkerr.Error)(nil), context.Canceled, errors.Join(io.EOF), nil,
	}
	for _, a := range values {
		for _, b := range values {
			require.NotPanics(t, func() { errors.Is(a, b) })
		}
	}
}

func TestResponseError_MatchingDoesNotAllocate(t *testing.T) {
	err := fmt.Errorf("a: %w", fmt.Errorf("b: %w", client.Decode(404, nil, []byte(`{"code":20003}`))))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if !errors.Is(err, pkerr.MemberNotFound) || errors.Is(err, pkerr.SystemNotFound) || pkerr.CodeOf(err) != pkerr.MemberNotFoundWithRef {
			panic("no match")
		}
	}))
}

// The text has the status even if there is no such code.
func TestResponseError_StatusWithoutCode(t *testing.T) {
	for want, err := range map[string]error{
		"status 1000":                   client.Decode(1000, nil, nil),
		"status 1000: x":                client.Decode(1000, nil, []byte(`{"message":"x","code":20001}`)),
		"status 0":                      &client.ResponseError{},
		"status 7":                      &client.ResponseError{Status: 7},
		"GET /x: status -1 (request y)": &client.ResponseError{Status: -1, Method: "GET", Path: "/x", Header: http.Header{"X-Request-Id": {"y"}}},
		"404: Not Found":                client.Decode(404, nil, nil),
	} {
		require.Equal(t, want, err.Error())
	}
}
