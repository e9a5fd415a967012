package server

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/pkerr/pkerr"
)

// Recover returns a handler that calls next, and answers a panic with a [pkerr.InternalServerError], whatever the value of
// the panic. The panic is logged with its stack at the level Error, and given to the hooks as an error: its text begins with
// "panic: ", and where the value is an error, [errors.Is] finds it.
//
// [http.ErrAbortHandler] goes on panicking, for that is how a handler asks net/http to cut the response off.
//
// Where the response has been started, it is cut off, and the client gets an error while reading it rather than half a
// response that looks whole. That fails where a middleware between this one and net/http has a writer without an Unwrap
// method, such as [http.TimeoutHandler]; then the client sees what was written so far. A connection that was hijacked is left
// alone.
//
// Put Recover within [Configure], and outside of what may panic.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w = track(w)
		defer func() {
			v := recover()
			switch v {
			case nil:
				return
			case http.ErrAbortHandler:
				panic(v)
			}
			late := started(w)
			write(w, r, pkerr.InternalServerError.WithCause(panicError(v)), debug.Stack())
			if late && !hijacked(w) {
				// Any time in the past cuts off. A recorder, say, has no deadlines, and nobody to tell.
				_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// panicError returns the value of a panic as an error.
func panicError(v any) error {
	if err, ok := v.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", v)
}
