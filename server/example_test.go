package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// show prints what h answers to a request.
func show(h http.Handler, method, target, body string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	_, _ = fmt.Fprintln(os.Stdout, w.Code, strings.TrimSpace(w.Body.String()))
}

// stdoutLogger logs without the time, so that the output is always the same.
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

// A whole server: options, panics, unknown routes, and a handler that returns its errors.
func Example() {
	mux := http.NewServeMux()
	mux.Handle("GET /v2/systems/{ref}", server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		if r.PathValue("ref") != "exmpl" {
			return pkerr.SystemNotFound
		}
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, `{"id":"exmpl"}`)
		return err
	}))
	handler := with((server.Routes(mux)), server.WithLogger(stdoutLogger()))

	show(handler, http.MethodGet, "/v2/systems/exmpl", "")
	show(handler, http.MethodGet, "/v2/systems/other", "")
	show(handler, http.MethodGet, "/v3", "")
	// Output:
	// 200 {"id":"exmpl"}
	// 404 {"message":"System not found.","code":20001}
	// 404 {"message":"404: Not Found","code":0}
}

// A handler returns a code, or an error that says more. What is no error of the API is not for the client to read.
func ExampleHandlerFunc() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		switch r.URL.Path {
		case "/code":
			return pkerr.MemberNotFound
		case "/ref":
			return fmt.Errorf("adding members: %w", pkerr.MemberNotFound.WithRef("abcde"))
		default:
			return errors.New("dial tcp 10.0.0.7: connection refused")
		}
	})
	show(handler, http.MethodGet, "/code", "")
	show(handler, http.MethodGet, "/ref", "")
	show(handler, http.MethodGet, "/", "")
	// Output:
	// 404 {"message":"Member not found.","code":20002}
	// 404 {"message":"Member 'abcde' not found.","code":20003}
	// 500 {"message":"500: Internal Server Error","code":0}
}

// A middleware has no error to return, so it writes one.
func ExampleWrite() {
	authenticated := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				server.Write(w, r, pkerr.Unauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	show(authenticated(http.NotFoundHandler()), http.MethodGet, "/", "")
	// Output:
	// 401 {"message":"401: Missing or invalid Authorization header","code":0}
}

// A rate limit tells how long to wait, in the body and in a header.
func ExampleWrite_rateLimit() {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/v2/members/abcde", nil)
	server.Write(w, r, pkerr.TooManyRequests.WithRetryAfter(1200*time.Millisecond).WithScope("generic_get"))
	fmt.Println(w.Code, w.Body)
	fmt.Println("Retry-After:", w.Header().Get("Retry-After"))
	// Output:
	// 429 {"message":"429: too many requests","retry_after":1200,"scope":"generic_get","code":0}
	// Retry-After: 2
}

// What is wrong with the fields of a request is collected, and sent all at once.
func ExampleHandlerFunc_fields() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var member struct {
			Name  string `json:"name"`
			Color string `json:"color"`
		}
		if err := server.DecodeJSON(w, r, &member); err != nil {
			return err
		}
		var fields pkerr.Fields
		if n := pkerr.Length(member.Name); n == 0 {
			fields.Required("name")
		} else if n > 100 {
			fields.TooLong("name", 100, n)
		}
		if len(member.Color) != 6 {
			fields.Invalid("color")
		}
		return fields.Err()
	})
	show(handler, http.MethodPost, "/v2/members", `{"color":"red"}`)
	// Output:
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"color":[{"message":"Field color is invalid."}],"name":[{"message":"Key 'name' is required."}]}}
}

// Every key that is wrong is named.
func ExampleDecodeJSON() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var member struct {
			Name      string `json:"name"`
			ProxyTags []struct {
				Prefix, Suffix *string
			} `json:"proxy_tags"`
		}
		if err := server.DecodeJSON(w, r, &member); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(member.Name)
	})
	show(handler, http.MethodPost, "/", `{"name":"Ash"}`)
	show(handler, http.MethodPost, "/", `{"name":7,"nick":"A","proxy_tags":[{"prefix":1}]}`)
	show(handler, http.MethodPost, "/", `{"name":`)
	// Output:
	// 200 "Ash"
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}],"proxy_tags[0].prefix":[{"message":"Field proxy_tags[0].prefix is invalid."}]}}
	// 400 {"message":"400: Bad Request","code":0}
}

// A panic is logged, and the client gets a 500 that tells nothing of it.
func ExampleMiddleware() {
	handler := with(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var members []string
		_, _ = io.WriteString(w, members[0])
	}))
	handler = with(handler, server.WithLogger(stdoutLogger()))
	show(handler, http.MethodGet, "/", "")
	// Output:
	// level=ERROR msg="handler panicked" method=GET path=/ status=500 error.text="500: Internal Server Error: panic: runtime error: index out of range [0] with length 0" error.code=0/500 error.message="500: Internal Server Error" error.cause="panic: runtime error: index out of range [0] with length 0"
	// 500 {"message":"500: Internal Server Error","code":0}
}

// A cause is for the log, and is never sent.
func ExampleWithLogger() {
	handler := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		cause := errors.New("connection refused")
		return pkerr.MakeCode(0, http.StatusServiceUnavailable).WithCause(cause)
	}), server.WithLogger(stdoutLogger()))
	show(handler, http.MethodGet, "/v2/systems/exmpl?token=secret", "")
	// Output:
	// level=ERROR msg="request failed" method=GET path=/v2/systems/exmpl status=503 error.text="status 503: connection refused" error.code=0/503 error.message="status 503" error.cause="connection refused"
	// 503 {"message":"503: Service Unavailable","code":0}
}

// A hook counts errors by their code. It is given what the handler returned, which is not always what is sent: "other" is sent
// as a 500, and so is the error of another server, whatever its own code.
func ExampleWithErrorHook() {
	count := map[string]int{} // of a metrics library, which is safe for concurrent use
	handler := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		if r.URL.Path == "/" {
			return errors.New("unexpected")
		}
		return pkerr.MemberNotFound
	}), server.WithErrorHook(func(r *http.Request, err error) {
		name := pkerr.CodeOf(err).Name()
		if name == "" {
			name = "other"
		}
		count[name]++
	}), server.WithLogger(slog.New(slog.DiscardHandler)))

	show(handler, http.MethodGet, "/v2/members/abcde", "")
	show(handler, http.MethodGet, "/", "")
	fmt.Println(count)
	// Output:
	// 404 {"message":"Member not found.","code":20002}
	// 500 {"message":"500: Internal Server Error","code":0}
	// map[MemberNotFound:1 other:1]
}

// What another server answered is not sent on, unless the handler says so.
func ExampleRelay() {
	upstream := httptest.NewServer(server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return pkerr.MemberNotFound
	}))
	defer upstream.Close()
	httpClient := upstream.Client()

	handler := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		response, err := httpClient.Get(upstream.URL)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		err = client.Check(response)
		if r.URL.Path == "/relay" && errors.Is(err, pkerr.NotFound) {
			return server.Relay(err)
		}
		return err
	}), server.WithLogger(slog.New(slog.DiscardHandler)))

	show(handler, http.MethodGet, "/", "")
	show(handler, http.MethodGet, "/relay", "")
	// Output:
	// 500 {"message":"500: Internal Server Error","code":0}
	// 404 {"message":"Member not found.","code":20002}
}

// A mux answers in plain text where it has no handler; Routes answers as the API does.
func ExampleRoutes() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/systems/{ref}", func(http.ResponseWriter, *http.Request) {})
	handler := server.Routes(mux)
	show(handler, http.MethodGet, "/v2/unknown", "")
	show(handler, http.MethodPut, "/v2/systems/exmpl", "")
	// Output:
	// 404 {"message":"404: Not Found","code":0}
	// 405 {"message":"405: Method Not Allowed","code":0}
}

// One service may take larger bodies than another.
func ExampleWithBodyLimit() {
	handler := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var names []string
		return server.DecodeJSON(w, r, &names)
	}), server.WithBodyLimit(16))
	show(handler, http.MethodPost, "/", `["Ash","Birch","Cedar"]`)
	// Output:
	// 413 {"message":"413: Content Too Large","code":0}
}

// A reader gets the error in their own language, beside what the API says.
func ExampleWithLocalizer() {
	handler := with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		return pkerr.MemberNotFound.WithRef("abcde")
	}), server.WithLocalizer(locale.Match))

	r := httptest.NewRequest(http.MethodGet, "/v2/members/abcde", http.NoBody)
	r.Header.Set("Accept-Language", "de-AT, en;q=0.5")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Header().Get("Content-Language"), w.Body)
	// Output: de {"message":"Member 'abcde' not found.","localized_message":"Das Mitglied „abcde“ wurde nicht gefunden. Bitte überprüfe den Namen oder die ID.","code":20003}
}
