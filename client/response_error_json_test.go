package client_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// stored marshals and unmarshals e.
func stored(t *testing.T, e *client.ResponseError) *client.ResponseError {
	t.Helper()
	object, err := json.Marshal(e)
	require.NoError(t, err)
	var again *client.ResponseError
	require.NoError(t, json.Unmarshal(object, &again), "%s", object)
	return again
}

// requireSame fails unless this package and pkerr return the same for both
// errors.
func requireSame(t *testing.T, want, got *client.ResponseError) {
	t.Helper()
	require.Equal(t, want.Status, got.Status)
	require.Equal(t, want.Method, got.Method)
	require.Equal(t, want.Path, got.Path)
	require.Equal(t, string(want.Body), string(got.Body))
	require.Equal(t, want.Truncated, got.Truncated)
	require.Equal(t, want.RequestID(), got.RequestID())
	wantLimit, wantOK := want.RateLimit()
	gotLimit, gotOK := got.RateLimit()
	require.Equal(t, wantOK, gotOK)
	require.Equal(t, wantLimit, gotLimit)

	require.Equal(t, pkerr.CodeOf(want), pkerr.CodeOf(got))
	for code := range pkerr.Codes() {
		require.Equal(t, errors.Is(want, code), errors.Is(got, code), code)
	}
	wantError, _ := errors.AsType[*pkerr.Error](want)
	gotError, _ := errors.AsType[*pkerr.Error](got)
	require.Equal(t, wantError.WithCause(nil), gotError.WithCause(nil), "code, message, fields, retry_after, scope")
	wantDelay, wantOK := client.RetryDelay(want)
	gotDelay, gotOK := client.RetryDelay(got)
	require.Equal(t, wantOK, gotOK)
	require.Equal(t, wantDelay, gotDelay)
}

func TestResponseError_JSON(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			e := requireResponseError(t, client.Decode(r.Status, r.header(), r.body(t)))
			again := stored(t, e)
			requireSame(t, e, again)
			require.Equal(t, e.Error(), again.Error())
			require.Equal(t, again, stored(t, again), "storing it again changes nothing")

			resp := &http.Response{StatusCode: r.Status, Header: r.header(), Body: io.NopCloser(bytes.NewReader(r.body(t)))}
			resp.Request = request(t, "https://api.pluralkit.me/v2/x")
			if err := client.Check(resp, client.WithBodyLimit(20)); err != nil {
				requireSame(t, requireResponseError(t, err), stored(t, requireResponseError(t, err)))
			}
		})
	}
}

func TestResponseError_JSONNoBody(t *testing.T) {
	e := requireResponseError(t, client.Decode(404, nil, nil))
	require.Equal(t, e, stored(t, e))
	e = requireResponseError(t, client.Check(&http.Response{StatusCode: 502, Body: http.NoBody}))
	require.Equal(t, e, stored(t, e))
}

func TestResponseError_JSONCompressedText(t *testing.T) {
	header := http.Header{"Content-Type": {"text/plain"}, "Content-Encoding": {"br"}}
	e := requireResponseError(t, client.Decode(404, header, []byte("text, by chance")))
	require.EqualError(t, e, "404: Not Found")
	requireSame(t, e, stored(t, e))
}

func TestResponseError_JSONReadError(t *testing.T) {
	resp := response(404, "")
	resp.Header.Set("Content-Type", "text/plain")
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("words"), iotest.ErrReader(errors.New("broken"))))
	e := requireResponseError(t, client.Check(resp))
	again := stored(t, e)
	requireSame(t, e, again)
	require.EqualError(t, again, "404: Not Found", "without the read error")
}

// A Retry-After date means the same wait, even if it is decoded much later.
func TestResponseError_JSONRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
		time.Sleep(1234567)
		for _, c := range []struct {
			header http.Header
			body   string
			want   time.Duration
		}{
			{http.Header{"Retry-After": {date}}, "", 89_999 * time.Millisecond},
			{http.Header{"Retry-After": {date}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}, "", 90 * time.Second},
			{http.Header{"Retry-After": {"7"}}, "", 7 * time.Second},
			{http.Header{"Retry-After": {"99999999999999999999"}}, "", math.MaxInt64},
			{http.Header{"Retry-After": {date}}, `{"retry_after":0}`, 0},
			{nil, `{"retry_after":1e300}`, math.MaxInt64},
			{nil, `{"retry_after":0.5}`, time.Millisecond},
		} {
			e := requireResponseError(t, client.Decode(503, c.header, []byte(c.body)))
			object, err := json.Marshal(e)
			require.NoError(t, err)
			time.Sleep(time.Hour)
			var again client.ResponseError
			require.NoError(t, json.Unmarshal(object, &again))
			got, ok := pkerr.RetryAfter(&again)
			require.True(t, ok)
			require.Equal(t, c.want, got)
			requireSame(t, e, &again)
		}
	})
}

func TestResponseError_JSONKeys(t *testing.T) {
	resp := response(429, `{"message":"429: too many requests","retry_after":19,"code":0}`)
	resp.Request = request(t, "https://api.pluralkit.me/v2/members/abcde?x=y")
	for key := range usualHeader() {
		resp.Header[key] = usualHeader()[key]
	}
	resp.Header.Set("Set-Cookie", "secret")
	object, err := json.Marshal(client.Check(resp))
	require.NoError(t, err)
	require.JSONEq(t, `{"status":429,"method":"GET","path":"/v2/members/abcde","header":{"Content-Type":["application/json"],"Date":["Sun, 22 Nov 2026 12:00:00 GMT"],
		"Fly-Request-Id":["01JD0000000000000000000000-fra"],"X-Ratelimit-Limit":["10"],"X-Ratelimit-Remaining":["8"],"X-Ratelimit-Reset":["1786982400"],
		"X-Ratelimit-Scope":["generic_get"]},"body":"{\"message\":\"429: too many requests\",\"retry_after\":19,\"code\":0}","retry_after":19}`, string(object))

	for body, want := range map[string]string{
		"": `{"status":404}`, "\xff": `{"status":404,"body_base64":"/w=="}`, "é<>\x00": `{"status":404,"body":"é\u003c\u003e\u0000"}`,
	} {
		e := requireResponseError(t, client.Decode(404, nil, []byte(body)))
		for _, value := range []any{e, *e} {
			object, err := json.Marshal(value)
			require.NoError(t, err)
			require.Equal(t, want, string(object))
		}
		requireSame(t, e, stored(t, e))
	}

	object, err = json.Marshal(&client.ResponseError{Status: 404})
	require.NoError(t, err)
	require.Equal(t, `{"status":404}`, string(object), "made by hand")
}

func TestResponseError_UnmarshalJSON(t *testing.T) {
	was := *requireResponseError(t, client.Decode(404, nil, []byte(`{"code":20001}`)))
	for _, object := range []string{`null`, ` null `, `{"status":"x"}`, `{"body":7}`, `{"body_base64":"?"}`, `{"retry_after":"1"}`, `{"header":[]}`, `7`, `[]`, `{`} {
		e := was
		err := json.Unmarshal([]byte(object), &e)
		require.Equal(t, strings.TrimSpace(object) == "null", err == nil, object)
		require.Equal(t, was, e, object)
	}
	require.Error(t, (&client.ResponseError{}).UnmarshalJSON(nil))

	var e client.ResponseError
	require.NoError(t, json.Unmarshal([]byte(`{"status":429,"body":"{\"retry_after\":5}","retry_after":-1,"other":[]}`), &e))
	wait, ok := pkerr.RetryAfter(&e)
	require.True(t, ok)
	require.Equal(t, 5*time.Millisecond, wait, "a negative one counts as absent")

	require.NoError(t, json.Unmarshal([]byte(`{}`), &e))
	require.EqualError(t, &e, "status 0")
	require.Empty(t, e.Header)
}

// Encodings of the exported fields alone keep what Decode needs.
func TestDecode_AfterGob(t *testing.T) {
	for _, r := range rows(t) {
		if r.Generate != nil {
			continue
		}
		e := requireResponseError(t, client.Decode(r.Status, r.header(), r.body(t)))
		var b bytes.Buffer
		require.NoError(t, gob.NewEncoder(&b).Encode(e))
		var read client.ResponseError
		require.NoError(t, gob.NewDecoder(&b).Decode(&read))
		requireSame(t, e, requireResponseError(t, client.Decode(read.Status, read.Header, read.Body)))
	}
}

func FuzzResponseError_JSON(f *testing.F) {
	for _, r := range rows(f) {
		if r.Generate == nil {
			f.Add(r.Status, r.Headers["Content-Type"], r.Headers["Retry-After"], r.Headers["X-RateLimit-Scope"], r.body(f), r.Status == 502)
		}
	}
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter, scope string, body []byte, truncated bool) {
		// A header is valid UTF-8, or else JSON cannot hold it.
		header := http.Header{"Content-Type": {valid(contentType)}, "Retry-After": {valid(retryAfter)}, "X-Ratelimit-Scope": {valid(scope)}}
		e := requireResponseError(t, client.Decode(status, header, body))
		if truncated && (status < 200 || status > 299) && status != 101 {
			resp := &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
			e = requireResponseError(t, client.Check(resp, client.WithBodyLimit(int64(len(body)/2))))
		}
		again := stored(t, e)
		requireSame(t, e, again)
		require.Equal(t, fmt.Sprint(e), fmt.Sprint(again))
	})
}
