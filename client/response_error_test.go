package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// requireOneLine fails unless text is one short line that any terminal can be trusted with.
func requireOneLine(t *testing.T, text string) {
	t.Helper()
	require.NotEmpty(t, text)
	require.Less(t, len(text), 4<<10)
	for _, r := range text {
		require.True(t, unicode.IsPrint(r) && r != unicode.ReplacementChar || r == '\uFFFD', "%q in %q", r, text)
	}
}

// printed returns every printed form of an error.
func printed(t *testing.T, err error) []string {
	t.Helper()
	forms := []string{err.Error()}
	for _, verb := range []string{"%v", "%s", "%+v", "%#v", "%q", "%d", "%x", "%X", "%t", "%c", "%5.3f"} {
		forms = append(forms, fmt.Sprintf(verb, err))
	}
	var text, object bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "err", err)
	slog.New(slog.NewJSONHandler(&object, nil)).Info("x", "err", err)
	return append(forms, strings.TrimSpace(text.String()), strings.TrimSpace(object.String()))
}

const hostile = "\x1b]0;pwned\x07\x1b[31m\r\n2026 level=info\u202Egpj.exe\u2066\u2028\x00\x85\xff%!s(PANIC)%n\u200B\uFEFF\U000E0001"

func TestEveryPrintedFormIsOneLine(t *testing.T) {
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
			})
		}
	}
	group.Wait()
}

func TestErrorText(t *testing.T) {
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

func TestLog(t *testing.T) {
	resp := response(404, `{"message":"Member not found.","code":20002}`)
	resp.Header.Set("X-RateLimit-Limit", "10")
	resp.Header.Set("X-RateLimit-Remaining", "8")
	resp.Header.Set("X-RateLimit-Scope", "generic_get")
	resp.Header.Set("Cf-Ray", "8f2a-FRA")
	resp.Request = request(t, "https://api.pluralkit.me/v2/members/abcde")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})).Error("lookup", "err", client.Check(resp))
	require.JSONEq(t, `{"level":"ERROR","msg":"lookup","err":{"status":404,"method":"GET","path":"/v2/members/abcde","request_id":"8f2a-FRA",
		"rate_limit":{"limit":10,"remaining":8,"scope":"generic_get"},"error":{"code":"20002/404","message":"Member not found."}}}`, log.String())
}

// What the request had in its URL and header cannot be reached from the error, nor can the other headers of the response.
func TestNoSecretIsReachable(t *testing.T) {
	const secret = "s3cr3t"
	req := request(t, "https://user:"+secret+"@api.pluralkit.me/v2/members/abcde?token="+secret+"#"+secret)
	req.Header.Set("Authorization", secret)
	req.Header.Set("Cookie", secret)
	for _, body := range []string{`{"message":"m","code":20001}`, "<html>", ""} {
		resp := response(401, body)
		resp.Request = req
		resp.Header.Set("Set-Cookie", secret)
		resp.Header.Set("Location", "https://example.com/?"+secret)
		for _, err := range []error{client.Check(resp), fmt.Errorf("x: %w", client.Check(resp)), errors.Join(client.Check(resp))} {
			for _, form := range printed(t, err) {
				require.NotContains(t, form, secret)
				require.NotContains(t, form, fmt.Sprintf("%x", secret))
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				for _, form := range printed(t, e) {
					require.NotContains(t, form, secret)
				}
				object, err := json.Marshal(e)
				require.NoError(t, err)
				require.NotContains(t, string(object), secret)
			}
		}
	}
}

func TestUnwrap(t *testing.T) {
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
	require.ErrorIs(t, &client.ResponseError{Status: 404}, pkerr.NotFound, "one that was made by hand is the plain code of its status")
	require.NotErrorIs(t, &client.ResponseError{}, pkerr.NotFound)
}

func TestComparingNeverPanics(t *testing.T) {
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

func TestMatchingADecodedErrorDoesNotAllocate(t *testing.T) {
	err := fmt.Errorf("a: %w", fmt.Errorf("b: %w", client.Decode(404, nil, []byte(`{"code":20003}`))))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if !errors.Is(err, pkerr.MemberNotFound) || errors.Is(err, pkerr.SystemNotFound) || pkerr.CodeOf(err) != pkerr.MemberNotFoundWithRef {
			panic("no match")
		}
	}))
}

// The status is told even where there can be no code with it.
func TestErrorOfAStatusWithoutACode(t *testing.T) {
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
