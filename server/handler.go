package server

import (
	"errors"
	"net/http"
)

// HandlerFunc is an [http.Handler] that returns an error, which is answered as
// [Write] does. A nil error means that the function has answered the request
// itself. Do not return a nil [*pkerr.Error]: in an error it is not nil.
//
// An error that is returned after the response has started is logged and given
// to the hooks, but not sent. The client may then mistake a part of the
// response for the whole. To prevent that, return an error that is or wraps
// [http.ErrAbortHandler]: HandlerFunc then panics with http.ErrAbortHandler,
// which makes net/http cut the response off. A response starts with a status
// other than 1xx (101 counts), with any part of the body, with a flush, or when
// the connection is hijacked.
//
// The [http.ResponseWriter] given to the function wraps the original one to
// record this. It flushes and hijacks if the original can, and works with
// [http.ResponseController].
//
// HandlerFunc does not catch panics; [Middleware] does.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP calls f and writes the error that it returns.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = track(w)
	err := f(w, r)
	if err == nil {
		return
	}
	late := write(w, r, err, nil)
	if late && !hijacked(w) && errorIs(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
}

// errorIs is like errors.Is, but returns false if a method of err panics.
func errorIs(err, target error) (found bool) {
	defer func() {
		if recover() != nil {
			found = false
		}
	}()
	return errors.Is(err, target)
}
