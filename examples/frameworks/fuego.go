package main

import (
	"net/http"

	"github.com/go-fuego/fuego"

	"github.com/pkerr/pkerr/server"
)

func withFuego(s *fuego.Server, opts ...server.Option) http.Handler {
	own := server.WithErrorMapper(server.MapStatusCode) // first, so that it is called last
	return server.Middleware(append([]server.Option{own}, opts...)...)(server.Routes(s.Mux))
}

func newFuego() *fuego.Server {
	return fuego.NewServer(
		fuego.WithErrorSerializer(server.Write),
		fuego.WithEngineOptions(fuego.DisableErrorHandler()),
		// Inside fuego's logger, whose writer hides whether the response has
		// started.
		fuego.WithRouteOptions(fuego.OptionMiddleware(server.Middleware())),
	)
}

func routeFuego(s *fuego.Server) {
	for _, e := range endpoints() {
		if e.method == http.MethodPatch {
			fuego.Patch(s, e.path, func(c fuego.ContextWithBody[rename]) (any, error) {
				return answerFuego(e, c.Response(), c.Request())
			})
			continue
		}
		fuego.Get(s, e.path, func(c fuego.ContextNoBody) (any, error) {
			return answerFuego(e, c.Response(), c.Request())
		})
	}
}

func answerFuego(e endpoint, w http.ResponseWriter, r *http.Request) (any, error) {
	return e.answer(w, request{
		ref:    r.PathValue("ref"),
		fail:   r.FormValue("fail"),
		decode: func(dst any) error { return server.DecodeJSON(w, r, dst) },
	})
}

func serveFuego(opts ...server.Option) http.Handler {
	s := newFuego()
	routeFuego(s)
	return withFuego(s, opts...)
}
