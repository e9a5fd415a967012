package server

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
)

// An Option changes what [Configure] sets up.
type Option func(*config)

// config is what the options say. It travels in the context of the request, so that plain functions such as Write obey
// it, and is never changed once it is there.
type config struct {
	logger    *slog.Logger // nil: slog.Default()
	hooks     []func(*http.Request, error)
	bodyLimit int64                                         // 0: defaultBodyLimit
	localizer func(acceptLanguage string) (Localizer, bool) // nil: English alone
}

const defaultBodyLimit = 1 << 20

type configKey struct{}

// configOf returns the config of r, which may be nil.
func configOf(r *http.Request) config {
	if r != nil {
		if c, ok := r.Context().Value(configKey{}).(*config); ok {
			return *c
		}
	}
	return config{}
}

// Configure returns a handler that calls next, and makes the options hold for all of this package that is used within:
// [HandlerFunc], [Recover] and [Routes], and [Write] and [DecodeJSON] where they are given the request that next is given, or
// one made from it. Put it outermost, for what stands around it does not know of the options.
//
// Within another Configure it adds to that one: what it does not set stays as it is. Without any, the defaults hold that
// are named at each option.
func Configure(next http.Handler, opts ...Option) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := configOf(r)
		for _, opt := range opts {
			if opt != nil {
				opt(&c)
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), configKey{}, &c)))
	})
}

// WithLogger sets the logger for errors. The default, and what nil stands for, is [slog.Default] at the time of the
// error.
//
// An error that is sent with a status of 500 or more is logged at the level Error, a lower status at Debug; an error that came
// too late to be sent is logged at Warn at least. Where the client has gone away, and the error is its
// [context.Canceled] or a write that failed, the level is Debug.
//
// The attributes are method, path, status and error, and stack for a panic. Neither the query nor a header of the request
// is logged. Texts that came from outside are cut to a bound, and what is not printable in them is escaped.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) { c.logger = logger }
}

// WithErrorHook adds a function that is called with every error that [Write] is given, and every panic that [Recover]
// catches, before anything is written: for metrics, traces, and error trackers. It is also called for what cannot be sent
// because the response has been started. Do not send it to anyone.
//
// The error is what the handler returned, with all its causes, and [errors.Is] and [pkerr.CodeOf] work on it as ever. It is not
// always what is sent: an error of another server has a code of its own, and is sent as a 500 where [Relay] does not let it
// through.
//
// All hooks are called, the outer ones first, each on the goroutine of the request, so a hook must be safe for
// concurrent use and should not block. The panic of a hook is logged, and stops neither the others nor the response. The
// request is nil where Write was given none. A nil hook is none.
func WithErrorHook(hook func(r *http.Request, err error)) Option {
	return func(c *config) {
		if hook != nil {
			// Clip, for two handlers within the same one must not append to the same array.
			c.hooks = append(slices.Clip(c.hooks), hook)
		}
	}
}

// WithBodyLimit sets how many bytes [DecodeJSON] reads of a body at most. The default is 1 MiB, and so is what n stands for
// where it is not positive.
func WithBodyLimit(n int64) Option {
	return func(c *config) { c.bodyLimit = max(n, 0) }
}
