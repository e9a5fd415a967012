package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
)

// What a [WaitError] names as its Bound.
const (
	boundMaxWait  = "MaxWait"
	boundDeadline = "context deadline"
)

// A WaitError reports that a request was not sent, because its turn would come
// too late or the limiter failed. It is safe to send the request again, also a
// write.
//
// It matches [pkerr.TooManyRequests], [pkerr.CodeOf] returns that code, and
// [RetryDelay] and [pkerr.RetryAfter] return its Delay. Any [Limiter] can
// return one. Its methods are safe on nil and on the zero value.
type WaitError struct {
	// Bucket is the limit that the request would have counted towards.
	Bucket Bucket

	// Delay is the time until the request's turn, and 0 if that is not known.
	Delay time.Duration

	// Bound is what the wait would have exceeded: "MaxWait" or "context
	// deadline". Transport sets it. It is empty if neither is the reason.
	Bound string

	// Err is [context.DeadlineExceeded] if the turn would come too late, and
	// else what ended the wait: the limiter's own error, or that of the
	// context.
	Err error
}

// Error returns what happened in one line, such as "client: not sent to
// api.pluralkit.me/generic_get: its turn comes in 12s, later than MaxWait
// allows".
func (e *WaitError) Error() string {
	if e == nil {
		return "<nil>"
	}
	text := "client: not sent"
	if e.Bucket != (Bucket{}) {
		text += " to " + oneline.Text(e.Bucket.String(), printedText)
	}
	text += ": its turn comes "
	if e.Delay > 0 {
		text += "in " + rounded(e.Delay).String() + ", "
	}
	switch {
	case e.Bound == boundMaxWait:
		text += "later than MaxWait allows"
	case e.Bound != "":
		text += "later than the " + oneline.Text(e.Bound, printedText) + " allows"
	case e.Err == nil || e.Delay > 0:
		text += "too late"
	default:
		text = strings.TrimSuffix(text, ": its turn comes ")
	}
	if e.Err != nil && (e.Bound == "" || !isTooLate(e.Err)) {
		text += ": " + oneline.Text(e.Err.Error(), printedText)
	}
	return text
}

// rounded returns d in whole milliseconds, if it is not shorter.
func rounded(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d
	}
	return d.Round(time.Millisecond)
}

// isTooLate reports whether err says only that a turn would come too late.
func isTooLate(err error) bool {
	return err == context.DeadlineExceeded //nolint:errorlint // What wraps it has a reason of its own.
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is reports whether target is [pkerr.TooManyRequests].
func (e *WaitError) Is(target error) bool {
	return e != nil && target == error(pkerr.TooManyRequests)
}

// As sets target to [pkerr.TooManyRequests] if it is a *[pkerr.Code], and to a
// new error with the bucket's scope and the delay if it is a **[pkerr.Error].
func (e *WaitError) As(target any) bool {
	if e == nil {
		return false
	}
	switch target := target.(type) {
	case *pkerr.Code:
		if target == nil {
			return false
		}
		*target = pkerr.TooManyRequests
	case **pkerr.Error:
		if target == nil {
			return false
		}
		refusal := pkerr.TooManyRequests.WithScope(e.Bucket.Scope)
		if e.Delay > 0 {
			refusal = refusal.WithRetryAfter(e.Delay)
		}
		*target = refusal
	default:
		return false
	}
	return true
}

// Timeout reports whether Err is a timeout. It is what [net/url.Error.Timeout]
// and [os.IsTimeout] ask.
func (e *WaitError) Timeout() bool {
	return e != nil && errors.Is(e.Err, context.DeadlineExceeded)
}

// Remote returns true, because the limit is another server's: package server
// does not send the error on as its own.
func (e *WaitError) Remote() bool { return true }

// interruptedError is what a request gets that failed in a way that Transport
// repeats, and whose context ended before it was sent again.
type interruptedError struct {
	ended   error // of the context
	failure error // the last one: a [*ResponseError], or the error of Base
}

func (e *interruptedError) Error() string {
	ended := oneline.Text(e.ended.Error(), printedText)
	return "client: not sent again: " + ended + ", after " + e.failure.Error()
}

func (e *interruptedError) Unwrap() []error { return []error{e.ended, e.failure} }

func (e *interruptedError) Timeout() bool { return errors.Is(e.ended, context.DeadlineExceeded) }

// contextError returns why ctx has ended: an error that matches both its Err
// and its cause. It is nil for a ctx that has not.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
