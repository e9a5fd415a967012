// Proxy forwards requests to the API with a token of its own. With server.Relay
// it decides which errors of the API its callers see.
//
//	go run ./examples/proxy
//
// The proxy is in proxy.go. The API behind it is a fake of package pkerrtest.
// The program prints what the API answers, what the caller gets, and the
// proxy's log, and then exits. It uses only the loopback interface.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "proxy:", err)
		os.Exit(1)
	}
}

// run sends requests through the proxy, and prints the outcome.
func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	api := newAPI()
	defer api.Close()
	var log, transcript bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: shorten}))
	caller := httptest.NewServer(newProxy(api.Client(), api.URL, "secret token", logger))
	defer caller.Close()

	for i, c := range []struct{ title, method, path, body string }{
		{"A success", "GET", "/v2/members/abcde", ""},
		{"A wrong ID is relayed", "GET", "/v2/members/zzzzz", ""},
		{"Invalid fields are relayed", "PATCH", "/v2/members/abcde", `{"color":"orange"}`},
		{"A rate limit is relayed", "PATCH", "/v2/members/abcde", `{"color":"ff8800"}`},
		{"An invalid token of the proxy becomes a 500", "GET", "/v2/systems/@me/members", ""},
		{"A failure of the API becomes a 502", "GET", "/v2/systems/@me/members", ""},
		{"An unreachable API becomes a 502", "GET", "/v2/systems/@me/members", ""},
		{"An unknown route of the proxy is a 404", "GET", "/v2/nowhere", ""},
	} {
		answer, err := ask(ctx, caller.Client(), c.method, caller.URL+c.path, c.body)
		if err != nil {
			return err
		}
		request := strings.TrimSpace(c.method + " " + c.path + " " + c.body)
		fmt.Fprintf(&transcript, "%d. %s\n   request   %s\n   response  %s\n",
			i+1, c.title, request, answer)
		if log.Len() > 0 {
			fmt.Fprintf(&transcript, "   log       %s", &log)
			log.Reset()
		}
		transcript.WriteString("\n")
	}
	_, err := transcript.WriteTo(out)
	return err
}

// ask sends a request and returns the status and the body of its response.
func ask(ctx context.Context, httpClient *http.Client, method, url, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := httpClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s", resp.StatusCode, answer), err
}

// newAPI returns a fake of the API, with the errors of this program.
func newAPI() *pkerrtest.Server {
	var fields pkerr.Fields
	fields.Invalid("color")

	api := pkerrtest.NewServer(nil)
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	api.On("GET /v2/members/abcde").
		ReplyJSON(http.StatusOK, map[string]string{"id": "abcde", "name": "Ada"})
	api.On("PATCH /v2/members/{ref}").
		Reply(fields.Err()).
		Reply(pkerr.TooManyRequests.WithRetryAfter(250 * time.Millisecond).
			WithScope("generic_update"))
	api.On("GET /v2/systems/@me/members").
		Reply(pkerr.Unauthorized).
		ReplyBytes(http.StatusServiceUnavailable, nil, "<h1>503</h1>").
		ReplyFault(pkerrtest.FaultRefused)
	return api
}

// shorten keeps the message of a log line and the text of its error.
func shorten(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.MessageKey || len(groups) > 0 && a.Key == "text" {
		return a
	}
	return slog.Attr{}
}
