package server

import (
	"errors"
	"net/http"
)

// HandlerFunc is an [http.Handler] that returns its error, which is then
// answered as [Write] does. nil means that the handler has answered already.
// Declare the result as error: a nil [*pkerr.Error] in an error is not nil.
//
// An error that is returned after the response has started is logged and given
// to the hooks, but not sent. The client may then take what it got for the
// whole response, unless the error is or wraps [http.ErrAbortHandler]:
// HandlerFunc then panics with http.ErrAbortHandler, which makes net/http cut
// the response off. A response starts with a status other than 1xx (101
// counts), with any part of the body, with a flush, or when the connection is
// taken over.
//
// The [http.ResponseWriter] given to the function wraps the original one to
// note this. It flushes and hijacks if the original can, and works with
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
	if late && !hijacked(w) && is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
}

// is does as errors.Is, but returns false if a method of err panics.
func is(err, target error) (found bool) {
	defer func() {
		if recover() != nil {
			found = false
		}
	}()
	return errors.Is(err, target)
}
