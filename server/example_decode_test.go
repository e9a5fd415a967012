package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// Every field with a value of the wrong type is named. Unknown keys are
// ignored.
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
	show(handler, "POST", "/", `{"name":"Ash","nick":"A"}`)
	show(handler, "POST", "/", `{"name":7,"proxy_tags":[{"prefix":1}]}`)
	show(handler, "POST", "/", `{"name":`)
	// Output:
	// 200 "Ash"
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}],"proxy_tags[0].prefix":[{"message":"Field proxy_tags[0].prefix is invalid."}]}}
	// 400 {"message":"400: Bad Request","code":0}
}

// Patch is a field that distinguishes null from absent.
type Patch[T any] struct {
	Present bool
	Value   *T // nil for null
}

// UnmarshalJSON is called only if the key is present, even for null.
func (p *Patch[T]) UnmarshalJSON(data []byte) error {
	p.Present = true
	return json.Unmarshal(data, &p.Value)
}

// A PATCH distinguishes a key that is null, which clears a field, from one that
// is absent, which does not change it.
func ExampleDecodeJSON_nullOrAbsent() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var patch struct{ Name, Color, Pronouns Patch[string] }
		if err := server.DecodeJSON(w, r, &patch); err != nil {
			return err
		}
		show := func(p Patch[string]) string {
			switch {
			case !p.Present:
				return "unchanged"
			case p.Value == nil:
				return "cleared"
			}
			return *p.Value
		}
		fmt.Println(show(patch.Name), show(patch.Color), show(patch.Pronouns))
		return nil
	})
	show(handler, "PATCH", "/", `{"name":"Ash","color":null}`)
	show(handler, "PATCH", "/", `{"name":7}`)
	// Output:
	// Ash cleared unchanged
	// 200
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}]}}
}

// A server can be stricter than the API, and reject unknown keys.
func ExampleWithDisallowUnknownFields() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var member struct{ Name string }
		return server.DecodeJSON(w, r, &member)
	})
	strict := server.Middleware(server.WithDisallowUnknownFields(true))(handler)
	show(strict, "POST", "/", `{"name":"Ash","nick":"A"}`)
	// Output:
	// 400 {"message":"Error parsing JSON model","code":40001,"errors":{"nick":[{"message":"Field nick is invalid."}]}}
}

// A server can accept larger or smaller bodies.
func ExampleWithBodyLimit() {
	handler := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var names []string
		return server.DecodeJSON(w, r, &names)
	})
	limited := server.Middleware(server.WithBodyLimit(16))(handler)
	show(limited, "POST", "/", `["Ash","Birch","Cedar"]`)
	// Output:
	// 413 {"message":"413: Content Too Large","code":0}
}

// Decode a message of a socket, or a body in a framework without an
// http.Request.
func ExampleUnmarshalJSON() {
	var member struct{ Name string }
	err := server.UnmarshalJSON([]byte(`{"name":7}`), &member)
	fmt.Println(pkerr.CodeOf(err).Name(), pkerr.FieldErrors(err))
	// Output:
	// ModelParse name: Field name is invalid.
}
