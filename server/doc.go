// Package server turns errors into the responses that PluralKit's HTTP API
// sends for them: a status and a small JSON body.
//
// A handler returns its error, and [HandlerFunc] writes it:
//
//	mux.Handle("GET /members/{ref}", server.HandlerFunc(
//		func(w http.ResponseWriter, r *http.Request) error {
//			member, err := store.Member(r.Context(), r.PathValue("ref"))
//			if err != nil {
//				return err // a pkerr.MemberNotFound is sent, others are a 500
//			}
//			w.Header().Set("Content-Type", "application/json")
//			return json.NewEncoder(w).Encode(member)
//		}))
//
// [Middleware] wraps all handlers: it carries the options and answers panics.
// [Routes] answers unknown routes; other routers have hooks for [NotFound] and
// [Allow]. A complete server is
//
//	handler := server.Middleware(server.WithLogger(logger))(server.Routes(mux))
//
// [DecodeJSON] reads the body of a request, and returns an error that names
// every invalid field. [Write] is for code that cannot return an error, such as
// a middleware. [WithErrorMapper] turns errors of other packages into those of
// the API. [WithLocalizer] adds a text in the reader's language to the English
// one.
//
// Code that does not use net/http calls [Render], which returns the response
// instead of writing it; [UnmarshalJSON], which reads a body in memory; and
// [Public], which returns what may be sent over a stream or socket.
//
// Only the [pkerr.Code] or [*pkerr.Error] in an error is sent to the client.
// Its cause, the text of any other error and the value of a panic are never
// sent. Those go to [log/slog] and to the hooks of [WithErrorHook].
//
// This package keeps no state between requests. Everything in it is safe for
// concurrent use. Two goroutines must not answer the same request, because an
// [http.ResponseWriter] is not safe for concurrent use.
package server
