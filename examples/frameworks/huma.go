package main

import (
	"context"
	"errors"
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

func newHuma(mux *http.ServeMux, config huma.Config) huma.API {
	huma.NewError = newHumaError
	config.Transformers = append(config.Transformers, writeHumaError)
	return humago.New(humaMux{mux}, config)
}

// humaMux puts server.Middleware around each handler, because its writer
// discards what Huma writes after an error.
type humaMux struct{ *http.ServeMux }

func (m humaMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, server.Middleware()(http.HandlerFunc(handler)))
}

// writeHumaError is a transformer that answers with an error.
func writeHumaError(ctx huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(humaError); ok {
		r, w := humago.Unwrap(ctx)
		server.Write(w, r, e)
	}
	return v, nil
}

// humaError is an error that a handler returned, or that Huma found.
type humaError struct{ error }

func (e humaError) Unwrap() error { return e.error }

// GetStatus returns the status for the middlewares of Huma, without regard to
// mappers.
func (e humaError) GetStatus() int { return server.Public(context.Background(), e).Code.Status() }

// Schema describes the errors in the OpenAPI document.
func (humaError) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[pkerr.Response](), true, "Error")
}

// newHumaError is called for an error that a handler returned, with status 500,
// by Huma, and by helpers such as huma.Error404NotFound.
func newHumaError(status int, message string, errs ...error) huma.StatusError {
	if 0 < status && status < http.StatusBadRequest {
		return &huma.ErrorModel{Status: status} // not an error, such as a 304
	}
	var fields pkerr.Fields
	for _, err := range errs {
		detail, ok := errors.AsType[*huma.ErrorDetail](err)
		if ok && strings.HasPrefix(detail.Location, "body.") {
			fields.Invalid(strings.TrimPrefix(detail.Location, "body."))
		}
	}
	// A 500 with errors comes from a handler.
	if status != http.StatusInternalServerError || errors.Join(errs...) == nil {
		errs = append(errs, fields.Err(), pkerr.MakeCode(0, status).WithCause(errors.New(message)))
	}
	return humaError{errors.Join(errs...)}
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
	routeHuma(newHuma(mux, huma.DefaultConfig("Members", "1.0.0")))
	return withHuma(mux, opts...)
}
