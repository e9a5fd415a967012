package server

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
)

// An Option changes how this package answers requests. Pass options to
// [Middleware], [NewContext] or [UnmarshalJSON].
type Option func(*config)

// config holds the options. It is passed in the context of a request, and is
// immutable once it is there.
type config struct {
	logger                *slog.Logger // nil: slog.Default()
	hooks                 []func(*http.Request, error)
	mappers               []func(*http.Request, error) error
	localizer             func(acceptLanguage string) (Localizer, bool) // nil: English only
	bodyLimit             int64                                         // 0: defaultBodyLimit
	disallowUnknownFields bool
}

type configKey struct{}

// NewContext returns a context with the options. They apply to every function
// of this package that gets that context, or a request with it. [Middleware]
// does this for HTTP; NewContext is for streams, sockets and frameworks whose
// requests do not pass through an [http.Handler].
//
// Options that ctx already has keep their values unless opts set them again.
// Hooks and mappers are added to those of ctx. A nil ctx counts as
// [context.Background].
func NewContext(ctx context.Context, opts ...Option) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	c := configIn(ctx)
	return context.WithValue(ctx, configKey{}, c.with(opts))
}

// configIn returns the config in ctx. Without one it is the zero config.
func configIn(ctx context.Context) config {
	if ctx != nil {
		if c, ok := ctx.Value(configKey{}).(*config); ok {
			return *c
		}
	}
	return config{}
}

// configOf returns the config for r, which may be nil.
func configOf(r *http.Request) config {
	if r == nil {
		return config{}
	}
	return configIn(r.Context())
}

// with returns a copy of c that is changed by opts.
func (c *config) with(opts []Option) *config {
	changed := *c
	for _, opt := range opts {
		if opt != nil {
			opt(&changed)
		}
	}
	return &changed
}

// WithLogger sets the logger. The default, also for nil, is [slog.Default] at
// the time of the error.
//
// An error that is sent with a status of 500 or more is logged at level Error,
// others at Debug. An error that cannot be sent because the response has
// started is logged at Warn or above. An error that is only a consequence of
// the client having disconnected is logged at Debug.
//
// The attributes are method, path, status (if one was sent) and error, and
// stack for a panic. Neither the query nor any header of the request is logged.
// Untrusted text is escaped and cut to a limit.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) { c.logger = logger }
}

// WithErrorHook adds a function that is called with every error passed to
// [Write] or [Render] and every panic that [Middleware] catches, before
// anything is written. Use it for metrics, traces and error trackers. It is
// also called for errors that cannot be sent because the response has started.
//
// The error is the one that the handler returned, with all its causes; use
// [errors.Is] and [pkerr.CodeOf] on it. It is not always what is sent: an error
// of another server has a code of its own and is sent as a 500.
//
// All hooks are called, outer ones first, on the goroutine of the request. A
// hook must be safe for concurrent use and should not block. A panic in it is
// logged and stops neither the other hooks nor the response. The request is nil
// if Write or Render got a nil request. A nil hook is ignored.
func WithErrorHook(hook func(r *http.Request, err error)) Option {
	return func(c *config) {
		if hook != nil {
			// Clipped, because siblings must not append to the same array.
			c.hooks = append(slices.Clip(c.hooks), hook)
		}
	}
}

// WithBodyLimit sets the largest body in bytes that [DecodeJSON] and
// [UnmarshalJSON] accept. The default, also for n <= 0, is 1 MiB.
func WithBodyLimit(n int64) Option {
	return func(c *config) { c.bodyLimit = max(n, 0) }
}

// WithDisallowUnknownFields makes [DecodeJSON] and [UnmarshalJSON] reject keys
// that the destination does not have. By default they ignore them, as the API
// does.
func WithDisallowUnknownFields(disallow bool) Option {
	return func(c *config) { c.disallowUnknownFields = disallow }
}
