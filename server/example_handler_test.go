package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// A handler returns a code, or an error with details. The text of any other
// error is not sent.
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
	show(handler, "GET", "/code", "")
	show(handler, "GET", "/ref", "")
	show(handler, "GET", "/", "")
	// Output:
	// 404 {"message":"Member not found.","code":20002}
	// 404 {"message":"Member 'abcde' not found.","code":20003}
	// 500 {"message":"500: Internal Server Error","code":0}
}

// A handler collects what is wrong with each field, and returns it all at once.
func ExampleHandlerFunc_fields() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var member struct{ Name, Color string }
		if err := server.DecodeJSON(w, r, &member); err != nil {
			return err
		}
		var fields pkerr.Fields
		if n := pkerr.Length(member.Name); n > 4 {
			fields.TooLong("name", 4, n)
		}
		if member.Color == "" {
			fields.Required("color")
		}
		return fields.Err()
	})
	show(handler, "POST", "/v2/members", `{"name":"Ash"}`)
	show(handler, "POST", "/v2/members", `{"name":"Birch","color":"ff0000"}`)
	// Output:
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"color":[{"message":"Key 'color' is required."}]}}
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":5,"max_length":4}]}}
}

// If http.ServeMux has no handler, it answers in plain text; Routes answers as
// the API does.
func ExampleRoutes() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/systems/{ref}", func(http.ResponseWriter, *http.Request) {})
	handler := server.Routes(mux)
	show(handler, "GET", "/v2/unknown", "")
	show(handler, "PUT", "/v2/systems/exmpl", "")
	// Output:
	// 404 {"message":"404: Not Found","code":0}
	// 405 {"message":"405: Method Not Allowed","code":0}
}

// router stands for a router of another package, with its hooks.
type router struct{ unknownRoute, wrongMethod http.HandlerFunc }

func (router router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/known" {
		router.unknownRoute(w, r)
		return
	}
	w.Header().Set("Allow", "GET")
	router.wrongMethod(w, r)
}

// Other routers have hooks for unknown routes and wrong methods.
func ExampleNotFound() {
	var router router
	router.unknownRoute = server.NotFound
	router.wrongMethod = server.MethodNotAllowed
	show(router, "GET", "/unknown", "")
	show(router, "PUT", "/known", "")
	// Output:
	// 404 {"message":"404: Not Found","code":0}
	// 405 {"message":"405: Method Not Allowed","code":0}
}

// If a router does not set the Allow header, Allow asks it for the methods.
func ExampleAllow() {
	routes := map[string]bool{"GET /known": true, "PATCH /known": true}
	wrongMethod := server.Allow(func(r *http.Request) bool {
		return routes[r.Method+" "+r.URL.Path]
	})
	w := httptest.NewRecorder()
	wrongMethod(w, httptest.NewRequest("PUT", "/known", http.NoBody))
	fmt.Println(w.Code, w.Header().Get("Allow"))
	// Output: 405 GET, PATCH
}
