package server

import "net/http"

// HandlerFunc is a handler that returns its error. It is an [http.Handler], which answers a request with that error as
// [Write] does; nil means that the handler has answered already. Declare the result as error: a nil [*pkerr.Error] in an
// error is not nil.
//
// An error that is returned after the response has been started is logged, and given to the hooks, but not sent. The
// response is started by a status, other than those of the kind 1xx that are only informational, by any part of the
// body, by a flush, and by taking over the connection. Only a panic cuts such a response off, such as one with
// [http.ErrAbortHandler]; an error that is returned late does not, and the client may take what it got for the whole.
//
// The [http.ResponseWriter] that the function is given is the one of the server, or of a middleware, in a wrapper that notes
// this. It can flush and hijack where the other can, and works with [http.ResponseController].
//
// A panic is not caught; [Recover] does that.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP calls f, and writes the error that it returns.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = track(w)
	Write(w, r, f(w, r))
}
