package client_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

func TestWaitError_Error(t *testing.T) {
	broken := errors.New("no connection\nto the store")
	for _, c := range []struct {
		err  *client.WaitError
		want string
	}{
		{&client.WaitError{Bucket: reads, Delay: 12 * time.Second, Bound: "MaxWait", Err: context.DeadlineExceeded}, "client: not sent to api.pluralkit.me/generic_get: its turn comes in 12s, later than MaxWait allows"},
		{&client.WaitError{Bucket: reads, Delay: 1234567 * time.Microsecond, Bound: "context deadline", Err: context.DeadlineExceeded}, "client: not sent to api.pluralkit.me/generic_get: its turn comes in 1.235s, later than the context deadline allows"},
		{&client.WaitError{Bucket: reads, Bound: "MaxWait", Err: context.DeadlineExceeded}, "client: not sent to api.pluralkit.me/generic_get: its turn comes later than MaxWait allows"},
		{&client.WaitError{Bucket: reads, Bound: "MaxWait"}, "client: not sent to api.pluralkit.me/generic_get: its turn comes later than MaxWait allows"},
		{&client.WaitError{Bucket: reads, Bound: "MaxWait", Err: broken}, `client: not sent to api.pluralkit.me/generic_get: its turn comes later than MaxWait allows: no connection\nto the store`},
		{&client.WaitError{Bucket: reads, Delay: 12 * time.Second, Err: context.DeadlineExceeded}, "client: not sent to api.pluralkit.me/generic_get: its turn comes in 12s, too late: context deadline exceeded"},
		{&client.WaitError{Bucket: reads, Delay: 12 * time.Second}, "client: not sent to api.pluralkit.me/generic_get: its turn comes in 12s, too late"},
		{&client.WaitError{Bucket: reads, Delay: time.Microsecond, Bound: "MaxWait"}, "client: not sent to api.pluralkit.me/generic_get: its turn comes in 1µs, later than MaxWait allows"},
		{&client.WaitError{Bucket: reads, Err: broken}, `client: not sent to api.pluralkit.me/generic_get: no connection\nto the store`},
		{&client.WaitError{Bucket: reads, Err: context.Canceled}, "client: not sent to api.pluralkit.me/generic_get: context canceled"},
		{&client.WaitError{Bucket: reads}, "client: not sent to api.pluralkit.me/generic_get: its turn comes too late"},
		{&client.WaitError{Bucket: client.Bucket{Host: "h", Scope: "a\nb"}}, `client: not sent to h/a\nb: its turn comes too late`},
		{&client.WaitError{}, "client: not sent: its turn comes too late"},
		{&client.WaitError{Err: broken}, `client: not sent: no connection\nto the store`},
		{nil, "<nil>"},
	} {
		require.Equal(t, c.want, c.err.Error())
	}
}

func TestWaitError_Matches(t *testing.T) {
	broken := errors.New("broken")
	late := &client.WaitError{Bucket: reads, Delay: 12 * time.Second, Bound: "MaxWait", Err: context.DeadlineExceeded}
	failed := &client.WaitError{Bucket: reads, Err: broken}
	for _, err := range []error{late, failed} {
		for _, err := range []error{err, &url.Error{Op: "Get", URL: "https://api.pluralkit.me/", Err: err}, fmt.Errorf("wrapped: %w", err)} {
			require.ErrorIs(t, err, pkerr.TooManyRequests)
			require.NotErrorIs(t, err, pkerr.BadRequest)
			require.Equal(t, pkerr.TooManyRequests, pkerr.CodeOf(err))
			require.Equal(t, pkerr.ActionRetry, pkerr.ActionOf(err), "it was never sent")
			e, ok := errors.AsType[*pkerr.Error](err)
			require.True(t, ok)
			require.Equal(t, "generic_get", e.Scope)
		}
	}
	require.ErrorIs(t, late, context.DeadlineExceeded)
	require.True(t, os.IsTimeout(late))
	require.True(t, os.IsTimeout(&url.Error{Err: late}))
	delay, ok := pkerr.RetryAfter(late)
	require.True(t, ok)
	require.Equal(t, 12*time.Second, delay)

	require.ErrorIs(t, failed, broken)
	require.NotErrorIs(t, failed, context.DeadlineExceeded)
	require.False(t, os.IsTimeout(failed))
	_, ok = pkerr.RetryAfter(failed)
	require.False(t, ok, "its delay is not known")
}

// It is logged in the shape of every other error.
func TestWaitError_LogValue(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: pkerr.ReplaceAttr}))
	logger.Error("lookup", "err", error(&client.WaitError{Bucket: reads, Delay: 12 * time.Second, Bound: "MaxWait", Err: context.DeadlineExceeded}))
	for _, want := range []string{"err.text=", "err.code=", "err.scope=generic_get", "err.retry_after=12s"} {
		require.Contains(t, log.String(), want)
	}
}

// The zero value and nil have no answers, and do not panic.
func TestWaitError_Zero(t *testing.T) {
	var none *client.WaitError
	require.NoError(t, none.Unwrap())
	require.False(t, none.Timeout())
	require.True(t, none.Remote())
	require.NotErrorIs(t, none, pkerr.TooManyRequests)
	require.Zero(t, pkerr.CodeOf(none))
	require.False(t, none.As(new(pkerr.Code)))

	zero := new(client.WaitError)
	require.NoError(t, zero.Unwrap())
	require.False(t, zero.Timeout())
	require.True(t, zero.Remote())
	require.ErrorIs(t, zero, pkerr.TooManyRequests)
	require.False(t, zero.As(new(int)))
	require.False(t, zero.As((*pkerr.Code)(nil)))
	require.False(t, zero.As((**pkerr.Error)(nil)))
}

// Transport fills in what another limiter leaves out.
func TestTransport_WaitErrorOfLimiter(t *testing.T) {
	broken := errors.New("the queue is full")
	other := client.Bucket{Host: "elsewhere", Scope: "other"}
	wrapped := fmt.Errorf("store: %w", &client.WaitError{Bucket: other, Delay: time.Second})
	for name, c := range map[string]struct {
		err  error
		want client.WaitError
	}{
		"every field":           {&client.WaitError{Bucket: other, Delay: time.Hour, Err: context.DeadlineExceeded}, client.WaitError{Bucket: other, Delay: time.Hour, Bound: "MaxWait", Err: context.DeadlineExceeded}},
		"only the delay":        {&client.WaitError{Delay: time.Hour}, client.WaitError{Bucket: reads, Delay: time.Hour, Bound: "MaxWait", Err: context.DeadlineExceeded}},
		"no field":              {&client.WaitError{}, client.WaitError{Bucket: reads, Bound: "MaxWait", Err: context.DeadlineExceeded}},
		"a reason of its own":   {&client.WaitError{Delay: time.Second, Err: broken}, client.WaitError{Bucket: reads, Delay: time.Second, Err: broken}},
		"an error of its own":   {broken, client.WaitError{Bucket: reads, Err: broken}},
		"a WaitError, wrapped":  {wrapped, client.WaitError{Bucket: reads, Delay: time.Second, Err: wrapped}},
		"a bound of its own":    {&client.WaitError{Bound: "mine", Err: broken}, client.WaitError{Bucket: reads, Err: broken}},
		"that it was too late":  {context.DeadlineExceeded, client.WaitError{Bucket: reads, Bound: "MaxWait", Err: context.DeadlineExceeded}},
		"a typed nil":           {(*client.WaitError)(nil), client.WaitError{Bucket: reads, Err: (*client.WaitError)(nil)}},
		"that it was cancelled": {context.Canceled, client.WaitError{Bucket: reads, Err: context.Canceled}},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := c.err.(*client.WaitError)
			var copied client.WaitError
			if before != nil {
				copied = *before
			}
			_, err := (&client.Transport{Limiter: &asked{answers: []error{c.err}}}).RoundTrip(request(t, "https://api.pluralkit.me/v2/members/abcde"))
			e, ok := errors.AsType[*client.WaitError](err)
			require.True(t, ok)
			require.Equal(t, c.want, *e)
			if before != nil {
				require.Equal(t, copied, *before, "the limiter's own error stays as it is")
			}
		})
	}
}
