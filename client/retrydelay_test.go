package client_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

func TestRetryDelay(t *testing.T) {
	const longest = time.Duration(math.MaxInt64)
	limiter := func(limit, remaining string) map[string]string {
		return map[string]string{"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Scope": "generic_get"}
	}
	for name, c := range map[string]struct {
		method string
		header map[string]string
		body   string
		want   time.Duration
	}{
		"retry_after and an interval of the limit": {"GET", map[string]string{"X-RateLimit-Limit": "10"}, `{"retry_after":19}`, 119 * time.Millisecond},
		"retry_after 0":                         {"GET", map[string]string{"X-RateLimit-Limit": "10"}, `{"retry_after":0}`, 100 * time.Millisecond},
		"retry_after 0, counted by the limiter": {"GET", limiter("10", "0"), `{"retry_after":0}`, 200 * time.Millisecond},
		"retry_after 0, counted, 3 per second":  {"PATCH", limiter("3", "0"), `{"retry_after":0}`, 668 * time.Millisecond},
		"retry_after 1, nothing remaining":      {"GET", limiter("10", "0"), `{"retry_after":1}`, 101 * time.Millisecond},
		"retry_after 0, one remaining":          {"GET", limiter("10", "1"), `{"retry_after":0}`, 100 * time.Millisecond},
		"retry_after 0, no limit header":        {"GET", map[string]string{"X-RateLimit-Scope": "generic_get", "X-RateLimit-Remaining": "0"}, `{"retry_after":0}`, 100 * time.Millisecond},
		"HEAD is a write":                       {"HEAD", nil, `{"retry_after":0}`, 334 * time.Millisecond},
		"OPTIONS is a write":                    {"OPTIONS", nil, `{"retry_after":0}`, 334 * time.Millisecond},
		"3 per second":                          {"PATCH", map[string]string{"X-RateLimit-Limit": "3"}, `{"retry_after":333}`, 667 * time.Millisecond},
		"20 per second":                         {"GET", map[string]string{"X-RateLimit-Limit": "20"}, `{"retry_after":1}`, 51 * time.Millisecond},
		"a huge limit":                          {"GET", map[string]string{"X-RateLimit-Limit": "999999999"}, `{"retry_after":1}`, 2 * time.Millisecond},
		"no header, the scope of a read":        {"", nil, `{"retry_after":0,"scope":"generic_get"}`, 100 * time.Millisecond},
		"no header, the scope of a write":       {"", nil, `{"retry_after":0,"scope":"generic_update"}`, 334 * time.Millisecond},
		"no header, the scope of a token":       {"", nil, `{"retry_after":0,"scope":"token2"}`, 50 * time.Millisecond},
		"the scope tells more than the method":  {"GET", nil, `{"retry_after":0,"scope":"generic_update"}`, 334 * time.Millisecond},
		"no scope, a read":                      {"GET", nil, `{"retry_after":0}`, 100 * time.Millisecond},
		"no scope, a write":                     {"DELETE", nil, `{"retry_after":0}`, 334 * time.Millisecond},
		"nothing known":                         {"", nil, `{"retry_after":0}`, time.Second},
		"HTML":                                  {"", nil, `<html>`, time.Second},
		"an invalid limit":                      {"GET", map[string]string{"X-RateLimit-Limit": "-1"}, `{"retry_after":0}`, 100 * time.Millisecond},
		"the longest wait":                      {"GET", nil, `{"retry_after":9223372036854775807}`, longest},
		"a Retry-After header":                  {"GET", map[string]string{"Retry-After": "2"}, ``, 2100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			resp := response(429, c.body)
			for key, value := range c.header {
				resp.Header.Set(key, value)
			}
			if c.method != "" {
				resp.Request = request(t, "https://api.pluralkit.me/v2/systems/@me")
				resp.Request.Method = c.method
			}
			delay, ok := client.RetryDelay(fmt.Errorf("wrapped: %w", client.Check(resp)))
			require.True(t, ok)
			require.Equal(t, c.want, delay)
		})
	}
}

func TestRetryDelay_NoRateLimit(t *testing.T) {
	for _, err := range []error{
		nil, io.EOF, pkerr.NotFound, pkerr.InternalServerError.WithRetryAfter(time.Second), (*pkerr.Error)(nil), (*client.ResponseError)(nil),
		client.Decode(503, http.Header{"Retry-After": {"5"}}, nil),
		client.Decode(500, nil, []byte(`{"message":"429: too many requests","retry_after":5}`)),
	} {
		delay, ok := client.RetryDelay(err)
		require.False(t, ok, "%v", err)
		require.Zero(t, delay)
	}
	delay, ok := client.RetryDelay(pkerr.TooManyRequests)
	require.True(t, ok)
	require.Equal(t, time.Second, delay)
}

func TestRetryDelay_WaitError(t *testing.T) {
	for delay, want := range map[time.Duration]time.Duration{12 * time.Second: 12 * time.Second, 0: time.Second, -1: time.Second} {
		err := error(&client.WaitError{Delay: delay, Err: context.DeadlineExceeded})
		for _, err := range []error{err, fmt.Errorf("wrapped: %w", err), &url.Error{Op: "Get", URL: "https://api.pluralkit.me/", Err: err}} {
			got, ok := client.RetryDelay(err)
			require.True(t, ok)
			require.Equal(t, want, got)
		}
	}
	_, ok := client.RetryDelay((*client.WaitError)(nil))
	require.False(t, ok)
}
