package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pkerr/pkerr"
)

// A WaitError reports that a request was not sent, because its turn would come
// too late. It matches [pkerr.TooManyRequests], and [RetryDelay] returns its
// Delay. Any [Limiter] can return one.
type WaitError struct {
	// Bucket is the limit that the request would have counted towards.
	Bucket Bucket

	// Delay is the time until the request's turn, and 0 if that is not known.
	Delay time.Duration

	// Bound is what the wait would have exceeded: "MaxWait" or "context deadline".
	// Transport sets it.
	Bound string

	// Err is [context.DeadlineExceeded], or the limiter's own error.
	Err error
}

// Error returns what happened in one line, such as
// "client: not sent: the turn in api.pluralkit.me/generic_get comes in 12s, after MaxWait".
func (e *WaitError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return fmt.Sprintf("client: not sent: the turn in %s comes in %v, after the %s: %v", e.Bucket, e.Delay, e.Bound, e.Err)
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is reports whether target is [pkerr.TooManyRequests].
func (e *WaitError) Is(target error) bool { return target == error(pkerr.TooManyRequests) }

// Timeout reports whether Err is a timeout, as [net/url.Error.Timeout] asks.
func (e *WaitError) Timeout() bool { return e != nil && errors.Is(e.Err, context.DeadlineExceeded) }

// Remote returns true, because the limit is another server's: package server
// does not send the error on as its own.
func (e *WaitError) Remote() bool { return true }
