// Package server turns errors into the responses that PluralKit's HTTP API sends for them: one small JSON body, and a
// status.
//
// A handler returns its error, and [HandlerFunc] writes it:
//
//	mux.Handle("GET /members/{ref}", server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
//		member, err := store.Member(r.Context(), r.PathValue("ref"))
//		if err != nil {
//			return err // a pkerr.MemberNotFound, however deeply wrapped, is sent; anything else is a 500
//		}
//		w.Header().Set("Content-Type", "application/json")
//		return json.NewEncoder(w).Encode(member)
//	}))
//
// [DecodeJSON] reads the body of a request, and returns an error that names every key that is wrong. [Write] is for code
// that has no error to return, such as a middleware. [Recover] answers panics, [Routes] unknown routes. A whole server is
//
//	handler := server.Configure(server.Recover(server.Routes(mux)), server.WithLogger(logger))
//
// [WithLocalizer] sends a text in the reader's language beside the English one.
//
// What an error says to the client is what its [pkerr.Code] or [*pkerr.Error] says, and nothing else: neither a cause, nor
// the text of any other error, nor the value of a panic is ever sent. Those go to [log/slog], and to the hooks of
// [WithErrorHook].
//
// Nothing here keeps any state between requests, so everything is safe for concurrent use, as far as the
// [http.ResponseWriter] of one request is.
package server
