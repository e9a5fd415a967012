package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func withHuma(opts ...server.Option) http.Handler {
	mux := http.NewServeMux()
	routeHuma(newHuma(mux))
	return server.Middleware(opts...)(server.Routes(mux))
}

func newHuma(mux *http.ServeMux) huma.API {
	huma.NewError, huma.NewErrorWithContext = newHumaError, renderHuma
	config := huma.DefaultConfig("Members", "1.0.0")
	format := huma.Format{Marshal: marshalHuma, Unmarshal: json.Unmarshal}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	return humago.New(mux, config)
}

// humaError is a response to an error.
type humaError struct {
	error
	status int
	body   []byte
}

func (e humaError) GetStatus() int { return e.status }

// marshalHuma writes the body of a humaError as is.
func marshalHuma(w io.Writer, v any) error {
	if e, ok := v.(humaError); ok {
		_, err := w.Write(e.body)
		return err
	}
	return huma.DefaultJSONFormat.Marshal(w, v)
}

// renderHuma renders the error that a handler returned, or that Huma found.
func renderHuma(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
	r, _ := humago.Unwrap(ctx)
	err := errors.Join(errs...)
	if err == nil || status < http.StatusInternalServerError {
		err = invalidHuma(status, errs)
	}
	status, header, body := server.Render(r, err)
	for key := range header {
		ctx.AppendHeader(key, header.Get(key)) // Vary may have been set already
	}
	return humaError{err, status, body}
}

// invalidHuma returns an error with the fields that do not match Huma's schema
// of the body.
func invalidHuma(status int, errs []error) error {
	var fields pkerr.Fields
	for _, err := range errs {
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			if key, ok := strings.CutPrefix(detail.Location, "body."); ok {
				fields.Invalid(key)
			}
		}
	}
	if err := fields.Err(); err != nil {
		return err
	}
	return pkerr.MakeCode(0, status).WithCause(errors.Join(errs...))
}

// newHumaError is for errors such as huma.Error404NotFound, and for Schema.
func newHumaError(status int, _ string, _ ...error) huma.StatusError {
	e := server.Public(context.Background(), pkerr.MakeCode(0, status))
	body, _ := e.MarshalJSON() // never fails
	return humaError{e, e.Code.Status(), body}
}

// Schema describes the errors in the OpenAPI document.
func (humaError) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[pkerr.Response](), true, "Error")
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
