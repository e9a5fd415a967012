// Frameworks serves the same endpoints with several frameworks, and prints how
// each framework answers when an endpoint fails.
//
//	go run .
//
// The file of each framework has its glue, which docs/frameworks.md explains.
// The endpoints are in app.go. The program uses no network, and exits when it
// is done.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/pkerr/pkerr/server"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "frameworks:", err)
		os.Exit(1)
	}
}

// framework is one of the servers.
type framework struct {
	name    string
	handler func(opts ...server.Option) http.Handler // nil for Fiber, which has no http.Handler
}

func frameworks() []framework {
	return []framework{
		{"net/http", serveNetHTTP},
		{"chi", serveChi},
		{"gorilla", serveGorilla},
		{"echo v4", serveEcho4},
		{"echo v5", serveEcho5},
		{"gin", serveGin},
		{"huma", serveHuma},
		{"fuego", serveFuego},
		{"fiber", nil},
	}
}

// run sends the same requests to every framework, and prints the answers.
func run(ctx context.Context, out io.Writer) error {
	for _, q := range []struct{ method, path, body string }{
		{"GET", "/members/zzzzz", ""},
		{"PATCH", "/members/abcde", `{"name":7}`},
		{"GET", "/systems/exmpl", ""},
		{"GET", "/messages/1", ""},
		{"GET", "/stats", ""},
		{"GET", "/nowhere", ""},
		{"DELETE", "/members/abcde", ""},
	} {
		var answers []string
		names := map[string][]string{}
		for _, f := range frameworks() {
			r := httptest.NewRequestWithContext(ctx, q.method, q.path, strings.NewReader(q.body))
			r.Header.Set("Content-Type", "application/json")
			answer, err := ask(f, r)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			if len(names[answer]) == 0 {
				answers = append(answers, answer)
			}
			names[answer] = append(names[answer], f.name)
		}
		request := strings.TrimSpace(q.method + " " + q.path + " " + q.body)
		if _, err := fmt.Fprintln(out, request); err != nil {
			return err
		}
		for _, answer := range answers {
			from := strings.Join(names[answer], ", ")
			_, err := fmt.Fprintf(out, "  %s\n  from %s\n", answer, from)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// ask returns what a framework answers.
func ask(f framework, r *http.Request) (string, error) {
	w := httptest.NewRecorder()
	if f.handler != nil {
		f.handler().ServeHTTP(w, r)
		return fmt.Sprint(w.Code, " ", w.Body), nil
	}
	resp, err := serveFiber().Test(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s", resp.StatusCode, body), err
}
