package server

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/pkerr/pkerr"
)

// Middleware returns a middleware that applies the options to the handlers
// inside it, answers panics, and keeps [Write] from appending an error to a
// response that has started. Put it outermost:
//
//	handler := server.Middleware(server.WithLogger(logger))(server.Routes(mux))
//
// A panic is answered with [pkerr.InternalServerError], whatever its value. It
// is logged with its stack at level Error and given to the hooks as an error
// whose text begins with "panic: "; [errors.Is] finds the value if it is an
// error. A panic with [http.ErrAbortHandler] is passed on, because that is how
// a handler asks net/http to abort the response.
//
// If the response has started, Middleware reports the panic and then panics
// with [http.ErrAbortHandler], so that the client sees a broken response
// instead of a partial one that looks complete. With net/http the client gets
// an unexpected EOF or, over HTTP/2, a stream error. A test that calls the
// handler with a [net/http/httptest.ResponseRecorder] sees the panic itself. A
// hijacked connection, and an error that Write has sent, are left alone.
//
// A writer that buffers and has no Unwrap method, such as the one of
// [http.TimeoutHandler], belongs outside of Middleware. Inside, Write cannot
// see that the response has started; [HandlerFunc] still can.
//
// A Middleware inside another one adds to its options. Options that the inner
// one does not set keep their values.
func Middleware(opts ...Option) func(http.Handler) http.Handler {
	opts = slices.Clone(opts) // because they are read again for each request
	alone := new(config).with(opts)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(opts) > 0 && r != nil {
				ctx := r.Context()
				c := alone
				if outer, ok := ctx.Value(configKey{}).(*config); ok {
					c = outer.with(opts)
				}
				r = r.WithContext(context.WithValue(ctx, configKey{}, c))
			}
			w = track(w)
			defer func() {
				if v := recover(); v != nil {
					recovered(w, r, v)
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// recovered answers a panic with the value v.
func recovered(w http.ResponseWriter, r *http.Request, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it like this, too.
		panic(v)
	}
	err := pkerr.InternalServerError.WithCause(panicError(v))
	if late := write(w, r, err, debug.Stack()); late && !hijacked(w) && !answered(w) {
		panic(http.ErrAbortHandler)
	}
}

// panicError returns the value of a panic as an error.
func panicError(v any) error {
	if err, ok := v.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", v)
}
