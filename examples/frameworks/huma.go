package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withHuma(mux *http.ServeMux, opts ...server.Option) http.Handler {
	return server.Middleware(opts...)(server.Routes(mux))
}

func newHuma(mux *http.ServeMux) huma.API {
	huma.NewError, huma.NewErrorWithContext = newHumaError, renderHuma
	config := huma.DefaultConfig("Members", "1.0.0")
	config.Formats = maps.Clone(config.Formats)
	config.Formats["application/json"] = huma.Format{Marshal: writeHuma, Unmarshal: json.Unmarshal}
	return humago.New(mux, config)
}

// humaError is a response to an error.
type humaError struct {
	error
	status int
	body   []byte
}

func (e humaError) GetStatus() int { return e.status }

func (humaError) ContentType(string) string { return "application/json" }

// Schema describes the errors in the OpenAPI document.
func (humaError) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[pkerr.Response](), true, "Error")
}

// writeHuma writes the body of a humaError as is.
func writeHuma(w io.Writer, v any) error {
	if e, ok := v.(humaError); ok {
		_, err := w.Write(e.body)
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}

// newHumaError is for errors such as huma.Error404NotFound, and for Schema.
func newHumaError(status int, _ string, _ ...error) huma.StatusError {
	e := pkerr.MakeCode(0, status)
	body, _ := server.Public(context.Background(), e).MarshalJSON() // never fails
	return humaError{e, status, body}
}

// renderHuma renders the error that a handler returned, or that Huma found.
func renderHuma(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
	var fields pkerr.Fields
	for _, err := range errs {
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			if key, ok := strings.CutPrefix(detail.Location, "body."); ok {
				fields.Invalid(key)
			}
		}
	}
	if status < http.StatusInternalServerError || len(errs) == 0 { // Huma found it
		errs = append(errs, fields.Err(), pkerr.MakeCode(0, status))
	}
	r, _ := humago.Unwrap(ctx)
	err := errors.Join(errs...)
	status, header, body := server.Render(r, err)
	for key := range header {
		ctx.AppendHeader(key, header.Get(key)) // Vary may have been set already
	}
	return humaError{err, status, body}
}

func routeHuma(api huma.API) {
	for _, e := range endpoints() {
		op := huma.Operation{
			OperationID: e.method + e.path, Method: e.method, Path: e.path,
			Errors: []int{http.StatusNotFound},
		}
		switch {
		case e.method == http.MethodPatch:
			huma.Register(api, op, func(_ context.Context, in *humaPatch) (*humaOutput, error) {
				v, err := renameMember(rename{in.Body.Name})
				return &humaOutput{v}, err
			})
		case e.path == "/members":
			stream := func(_ context.Context, in *humaInput) (*huma.StreamResponse, error) {
				return &huma.StreamResponse{Body: func(ctx huma.Context) {
					r, w := humago.Unwrap(ctx)
					_, err := e.answer(w, in.request())
					server.Write(w, r, err)
				}}, nil
			}
			huma.Register(api, op, stream)
		default:
			huma.Register(api, op, func(_ context.Context, in *humaInput) (*humaOutput, error) {
				v, err := e.answer(nil, in.request())
				return &humaOutput{v}, err
			})
		}
	}
}

// humaInput is the request of an endpoint without a body.
type humaInput struct{ Ref, Fail string }

func (in *humaInput) Resolve(ctx huma.Context) []error { //nolint:unparam // It implements huma.Resolver.
	in.Ref, in.Fail = ctx.Param("ref"), ctx.Query("fail")
	return nil
}

func (in *humaInput) request() request { return request{ref: in.Ref, fail: in.Fail} }

// humaPatch allows unknown keys, as the API does. By default Huma does not.
type humaPatch struct {
	Body struct {
		Name string   `json:"name"`
		_    struct{} `additionalProperties:"true" json:"-"`
	}
}

type humaOutput struct{ Body any }

func serveHuma(opts ...server.Option) http.Handler {
	mux := http.NewServeMux()
	routeHuma(newHuma(mux))
	return withHuma(mux, opts...)
}
