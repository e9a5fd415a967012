package server_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// show prints what h answers to a request.
func show(h http.Handler, method, target, body string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(strings.TrimSpace(fmt.Sprintf("%d %s", w.Code, w.Body)))
}

// stdoutLogger logs to the standard output, without attributes that differ from
// run to run.
func stdoutLogger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "stack" {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// quiet is for examples in which the log does not matter.
func quiet() server.Option { return server.WithLogger(slog.New(slog.DiscardHandler)) }

// A complete server with options, panics, unknown routes, and a handler that
// returns its errors.
func Example() {
	mux := http.NewServeMux()
	mux.Handle("GET /v2/systems/{ref}", server.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) error {
			if r.PathValue("ref") != "exmpl" {
				return pkerr.SystemNotFound
			}
			w.Header().Set("Content-Type", "application/json")
			_, err := io.WriteString(w, `{"id":"exmpl"}`)
			return err
		}))
	handler := server.Middleware(server.WithLogger(stdoutLogger()))(server.Routes(mux))

	show(handler, "GET", "/v2/systems/exmpl", "")
	show(handler, "GET", "/v2/systems/other", "")
	show(handler, "GET", "/v3", "")
	// Output:
	// 200 {"id":"exmpl"}
	// 404 {"message":"System not found.","code":20001}
	// 404 {"message":"404: Not Found","code":0}
}
