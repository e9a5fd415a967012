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

func newHuma(mux *http.ServeMux, title, version string) huma.API {
	huma.NewError = newHumaError
	config := huma.DefaultConfig(title, version)
	config.Transformers = append(config.Transformers, keepHumaError)
	return humago.New(humaMux{mux}, config)
}

// humaMux answers with the error that Huma was going to write.
type humaMux struct{ *http.ServeMux }

func (m humaMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		hw := &humaWriter{ResponseWriter: w}
		handler(hw, r)
		return hw.err
	}))
}

// humaWriter discards what Huma writes after an error.
type humaWriter struct {
	http.ResponseWriter
	err error
}

func (w *humaWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *humaWriter) WriteHeader(status int) {
	if w.err == nil {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *humaWriter) Write(p []byte) (int, error) {
	if w.err == nil {
		return w.ResponseWriter.Write(p)
	}
	return len(p), nil
}

// keepHumaError is a transformer that keeps an error for humaMux.
func keepHumaError(ctx huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(humaError); ok && e.status >= http.StatusBadRequest {
		_, w := humago.Unwrap(ctx)
		w.(*humaWriter).err = e.error
	}
	return v, nil
}

// humaError is an error that a handler returned, or that Huma found.
type humaError struct {
	error
	status int
}

func (e humaError) GetStatus() int { return e.status }

// Schema describes the errors in the OpenAPI document.
func (humaError) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[pkerr.Response](), true, "Error")
}

// newHumaError is called for an error that a handler returned, with status 500,
// by Huma, and by helpers such as huma.Error404NotFound.
func newHumaError(status int, message string, errs ...error) huma.StatusError {
	var fields pkerr.Fields
	for _, err := range errs {
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			if key, ok := strings.CutPrefix(detail.Location, "body."); ok {
				fields.Invalid(key)
			}
		}
	}
	if status != http.StatusInternalServerError || len(errs) == 0 { // not a handler's error
		errs = append(errs, fields.Err(), pkerr.MakeCode(0, status).WithCause(errors.New(message)))
	}
	err := errors.Join(errs...)
	if status >= http.StatusBadRequest {
		status = server.Public(context.Background(), err).Code.Status() // for Huma's middlewares
	}
	return humaError{err, status}
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
	routeHuma(newHuma(mux, "Members", "1.0.0"))
	return withHuma(mux, opts...)
}
