package server_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// A panic is logged, and the client gets a 500 without its text.
func ExampleMiddleware() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var members []string
		_, _ = io.WriteString(w, members[0])
	})
	show(server.Middleware(server.WithLogger(stdoutLogger()))(handler), "GET", "/", "")
	// Output:
	// level=ERROR msg="handler panicked" method=GET path=/ status=500 error.text="500: Internal Server Error: panic: runtime error: index out of range [0] with length 0" error.code=0/500 error.message="500: Internal Server Error" error.cause="panic: runtime error: index out of range [0] with length 0"
	// 500 {"message":"500: Internal Server Error","code":0}
}

// http.TimeoutHandler buffers the response, so it belongs outside of
// Middleware. After a timeout it sends its own answer.
func ExampleMiddleware_timeoutHandler() {
	handler := server.Middleware(quiet())(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "[1,2,3")
			server.Write(w, r, errors.New("cursor lost")) // too late: nothing is appended
		}))
	show(http.TimeoutHandler(handler, time.Minute, `{"message":"timeout","code":0}`), "GET", "/", "")
	// Output:
	// 200 [1,2,3
}

// A cause is logged, but never sent.
func ExampleWithLogger() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		cause := errors.New("connection refused")
		return pkerr.MakeCode(0, http.StatusServiceUnavailable).WithCause(cause)
	})
	logged := server.Middleware(server.WithLogger(stdoutLogger()))(handler)
	show(logged, "GET", "/v2/systems/exmpl?token=secret", "")
	// Output:
	// level=ERROR msg="request failed" method=GET path=/v2/systems/exmpl status=503 error.text="status 503: connection refused" error.code=0/503 error.message="status 503" error.cause="connection refused"
	// 503 {"message":"503: Service Unavailable","code":0}
}

// errorType returns the value of the attribute error.type for metrics and
// traces. A code without a constant counts as its class, so that other servers
// cannot add new values.
func errorType(err error) string {
	code := pkerr.CodeOf(err)
	switch {
	case code == 0:
		return "_OTHER"
	case code.Name() == "":
		return code.Class().String()
	}
	return code.String()
}

// A hook counts errors. It gets the error that the handler returned, which is
// not always what is sent: an error of another server has its own code, and is
// sent as a 500.
func ExampleWithErrorHook() {
	count := map[string]int{} // a metrics library is safe for concurrent use
	hook := func(_ *http.Request, err error) { count[errorType(err)]++ }

	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		switch r.URL.Path {
		case "/known":
			return pkerr.MemberNotFound
		case "/unknown":
			return pkerr.MakeCode(29999, http.StatusConflict)
		default:
			return errors.New("unexpected")
		}
	})
	counted := server.Middleware(server.WithErrorHook(hook), quiet())(handler)
	for _, path := range []string{"/known", "/unknown", "/"} {
		counted.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, http.NoBody))
	}
	fmt.Println(count)
	// Output:
	// map[0/400:1 20002/404:1 _OTHER:1]
}

// A mapper keeps errors of a database out of the handlers.
func ExampleWithErrorMapper() {
	noRows := func(_ *http.Request, err error) error {
		if errors.Is(err, sql.ErrNoRows) {
			return pkerr.MemberNotFound
		}
		return nil // leave it to others
	}
	handler := server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("loading the member: %w", sql.ErrNoRows)
	})
	show(server.Middleware(server.WithErrorMapper(noRows))(handler), "GET", "/", "")
	// Output:
	// 404 {"message":"Member not found.","code":20002}
}

// A deadline of the server's own is a 504 that the client may repeat later.
func ExampleWithErrorMapper_timeout() {
	timeout := func(_ *http.Request, err error) error {
		if errors.Is(err, context.DeadlineExceeded) {
			return pkerr.MakeCode(0, http.StatusGatewayTimeout).WithRetryAfter(5 * time.Second)
		}
		return nil
	}
	handler := server.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), 0)
		defer cancel()
		<-ctx.Done() // work
		return ctx.Err()
	})
	mapped := server.Middleware(server.WithErrorMapper(timeout), quiet())(handler)
	show(mapped, "GET", "/", "")
	// Output:
	// 504 {"message":"504: Gateway Timeout","retry_after":5000,"code":0}
}

// If a framework fails to bind a request to a struct, its error wraps that of
// encoding/json. DecodeJSON names more fields.
func ExampleWithErrorMapper_bind() {
	bind := func(_ *http.Request, err error) error {
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
			var fields pkerr.Fields
			fields.Invalid(e.Field)
			return fields.Err()
		}
		if _, ok := errors.AsType[*json.SyntaxError](err); ok {
			return pkerr.BadRequest
		}
		return nil
	}
	handler := server.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		var member struct {
			Name string `json:"name"`
		}
		if err := json.NewDecoder(r.Body).Decode(&member); err != nil {
			return fmt.Errorf("bind: %w", err)
		}
		return nil
	})
	mapped := server.Middleware(server.WithErrorMapper(bind))(handler)
	show(mapped, "POST", "/", `{"name":7}`)
	show(mapped, "POST", "/", `{"name"}`)
	// Output:
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}]}}
	// 400 {"message":"400: Bad Request","code":0}
}

// httpError stands for an error of a framework, such as *echo.HTTPError.
type httpError int

func (e httpError) Error() string   { return http.StatusText(int(e)) }
func (e httpError) StatusCode() int { return int(e) }

// The errors of Echo v5 and fuego have a status.
func ExampleMapStatusCode() {
	handler := server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("routing: %w", httpError(http.StatusNotFound))
	})
	show(server.Middleware(server.WithErrorMapper(server.MapStatusCode))(handler), "GET", "/", "")
	// Output:
	// 404 {"message":"404: Not Found","code":0}
}

// Users get the error in their own language, beside the English text.
func ExampleWithLocalizer() {
	handler := server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return pkerr.MemberNotFound.WithRef("abcde")
	})
	localized := server.Middleware(server.WithLocalizer(locale.Match))(handler)

	r := httptest.NewRequest("GET", "/v2/members/abcde", http.NoBody)
	r.Header.Set("Accept-Language", "de-AT, en;q=0.5")
	w := httptest.NewRecorder()
	localized.ServeHTTP(w, r)
	fmt.Println(w.Header().Get("Content-Language"))
	fmt.Println(w.Body)
	// Output:
	// de
	// {"message":"Member 'abcde' not found.","localized_message":"Das Mitglied „abcde“ wurde nicht gefunden. Bitte überprüfe den Namen oder die ID.","code":20003}
}
