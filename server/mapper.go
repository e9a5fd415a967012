package server

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/pkerr/pkerr"
)

// WithErrorMapper adds a function that turns errors of other packages into
// those of the API, such as a sql.ErrNoRows into a [pkerr.MemberNotFound]. It
// is called once for every error passed to [Write], [Render] or [Public], but
// not for panics.
//
// mapper returns the error to send instead of err, or nil if it does not handle
// err. The result is sent by the same rules as any error; to send an error
// of another server, return [Relay] of it. Hooks and logs still get err itself.
//
// The request is nil if there is none. Mappers of an inner Middleware are
// called first, and within one Middleware the last one; the first result that
// is not nil is used. A panic in a mapper is logged and counts as nil. A mapper
// must be safe for concurrent use. A nil mapper is ignored.
func WithErrorMapper(mapper func(r *http.Request, err error) error) Option {
	return func(c *config) {
		if mapper != nil {
			// Clipped, because siblings must not append to the same array.
			c.mappers = append(slices.Clip(c.mappers), mapper)
		}
	}
}

// MapStatusCode is a mapper for [WithErrorMapper]. If err has a method
// StatusCode() int that returns a 4xx or 5xx, it returns the plain code of that
// status: [pkerr.NotFound] for 404. Errors of Echo v5 and fuego have that
// method.
//
// It returns nil for all other errors, for those with a [pkerr.Code] or a
// [*pkerr.Error] further out in the chain, and for errors of other servers (see
// [Relay]).
//
// It is off by default, because errors of clients for other services have that
// method too, and a 401 that this server received is not a 401 for its callers.
func MapStatusCode(r *http.Request, err error) (mapped error) {
	defer func() {
		if recover() != nil {
			mapped = nil
		}
	}()
	if code, ok := find(err, false, statusCode); ok && code != 0 {
		return code
	}
	return nil
}

// statusCode returns the plain code for the StatusCode method of err. It
// returns 0 for an error of the API, which has a code of its own.
func statusCode(err error, relayed bool) (pkerr.Code, bool) {
	if _, ok := apiError(err, relayed); ok {
		return 0, true
	}
	if e, ok := err.(interface{ StatusCode() int }); ok {
		if status := e.StatusCode(); status >= 400 && status <= 599 {
			return pkerr.MakeCode(0, status), true
		}
	}
	return 0, false
}

// mapped returns the first result of the mappers for err that is not nil, or
// nil.
func (c *config) mapped(r *http.Request, err error) error {
	for _, mapper := range slices.Backward(c.mappers) {
		if mapped := c.callMapper(mapper, r, err); mapped != nil {
			return mapped
		}
	}
	return nil
}

func (c *config) callMapper(
	mapper func(*http.Request, error) error, r *http.Request, err error,
) error {
	defer func() {
		if v := recover(); v != nil {
			c.log(r, slog.LevelError, "error mapper panicked", 0, panicError(v), debug.Stack())
		}
	}()
	return mapper(r, err)
}
