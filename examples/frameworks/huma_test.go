package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/klauspost/compress/gzhttp"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// Errors that Huma creates look like the API's.
func TestNewHumaError_Own(t *testing.T) {
	mux := http.NewServeMux()
	api := newHuma(mux, huma.DefaultConfig("Members", "1.0.0"))
	huma.Get(api, "/helper", func(context.Context, *struct{}) (*struct{}, error) {
		return nil, huma.Error404NotFound("hunter2")
	})
	huma.Get(api, "/query", func(context.Context, *struct {
		Limit int `maximum:"10" query:"limit"`
	},
	) (*struct{}, error) {
		return new(struct{}), nil
	})
	huma.Get(api, "/resolver", func(context.Context, *failingInput) (*struct{}, error) {
		return new(struct{}), nil
	})
	huma.Get(api, "/resolver/helper", func(context.Context, *helpedInput) (*struct{}, error) {
		return new(struct{}), nil
	})
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		if ctx.Query("fail") == "middleware" {
			require.NoError(t, huma.WriteErr(api, ctx, http.StatusServiceUnavailable, "hunter2"))
			return
		}
		next(ctx)
	})
	huma.Get(api, "/middleware", func(context.Context, *struct{}) (*struct{}, error) { return new(struct{}), nil })
	for path, want := range map[string]string{
		"/resolver":                   `404 {"message":"Member not found.","code":20002}`,
		"/resolver/helper":            `404 {"message":"Member not found.","code":20002}`,
		"/helper":                     `404 {"message":"404: Not Found","code":0}`,
		"/query?limit=x":              `422 {"message":"422: Unprocessable Entity","code":0}`,
		"/query?limit=1000":           `422 {"message":"422: Unprocessable Entity","code":0}`,
		"/middleware?fail=middleware": `503 {"message":"503: Service Unavailable","code":0}`,
	} {
		w := httptest.NewRecorder()
		server.Routes(mux).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		require.Equal(t, want, fmt.Sprint(w.Code, " ", w.Body))
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	}
}

// failingInput finds an error of the API before the handler is called.
type failingInput struct{}

func (failingInput) Resolve(huma.Context) []error { return []error{pkerr.MemberNotFound} }

// helpedInput gives such an error to a helper.
type helpedInput struct{}

func (helpedInput) Resolve(huma.Context) []error {
	return []error{huma.Error400BadRequest("hunter2", pkerr.MemberNotFound)}
}

func TestNewHumaError_Vary(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/members/zzzzz", http.NoBody)
	r.Header.Set("Accept-Language", "de")
	w := httptest.NewRecorder()
	w.Header().Set("Vary", "Origin")
	serveHuma(server.WithLocalizer(locale.Match)).ServeHTTP(w, r)
	require.Contains(t, w.Body.String(), "wurde nicht gefunden")
	require.Equal(t, []string{"Origin", "Accept-Language"}, w.Header().Values("Vary"))
}

// A status below 400 is not an error.
func TestNewHumaError_NoError(t *testing.T) {
	for _, status := range []int{204, 302, 304} {
		mux := http.NewServeMux()
		huma.Get(newHuma(mux, huma.DefaultConfig("Members", "1.0.0")), "/", func(context.Context, *struct{}) (*struct{}, error) {
			return nil, huma.NewError(status, "")
		})
		var rec recorder
		w := httptest.NewRecorder()
		withHuma(mux, rec.options()...).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
		require.Equal(t, status, w.Code)
		require.NotContains(t, w.Body.String(), "message")
		require.Empty(t, rec.errs())
	}
}

// An error is answered whole, whatever is around the API.
func TestNewHuma_Around(t *testing.T) {
	missing := func(context.Context, *struct{}) (*humaOutput, error) { return nil, pkerr.MemberNotFound }
	mux := http.NewServeMux()
	api := newHuma(mux, huma.DefaultConfig("Members", "1.0.0"))
	huma.Get(api, "/", missing)
	router := chi.NewRouter()
	router.Use(middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: log.New(io.Discard, "", 0)}))
	config := huma.DefaultConfig("Members", "1.0.0")
	config.Transformers = append(config.Transformers, func(ctx huma.Context, _ string, v any) (any, error) {
		if e, ok := v.(humaError); ok {
			r, w := humachi.Unwrap(ctx)
			server.Write(w, r, e)
		}
		return v, nil
	})
	huma.Get(humachi.New(router.With(server.Middleware()), config), "/", missing)
	for name, h := range map[string]http.Handler{
		"nothing":             mux,
		"its adapter":         api.Adapter(),
		"withHuma":            withHuma(mux),
		"a gzip inside":       server.Middleware()(gzhttp.GzipHandler(mux)),
		"a logger in humachi": server.Middleware()(router),
	} {
		t.Run(name, func(t *testing.T) {
			resp, got := do(t, http.MethodGet, startHandler(t, h), "")
			require.Equal(t, 404, resp.StatusCode)
			require.Equal(t, `{"message":"Member not found.","code":20002}`, got)
		})
	}
}

// Huma panics if it cannot write its own error, when ours has been sent.
func TestNewHuma_NotAcceptable(t *testing.T) {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Members", "1.0.0")
	config.NoFormatFallback = true
	huma.Get(newHuma(mux, config), "/", func(context.Context, *struct{}) (*humaOutput, error) { return nil, pkerr.MemberNotFound })
	resp, got := do(t, http.MethodGet, startHandler(t, withHuma(mux)), "")
	require.Equal(t, 406, resp.StatusCode)
	require.Equal(t, `{"message":"406: Not Acceptable","code":0}`, got)
}

// Errors are JSON even if another format is registered and asked for.
func TestNewHumaError_ContentType(t *testing.T) {
	huma.DefaultFormats["text/plain"] = huma.Format{Marshal: func(w io.Writer, v any) error {
		_, err := fmt.Fprintf(w, "%+v", v)
		return err
	}}
	defer delete(huma.DefaultFormats, "text/plain")
	mux := http.NewServeMux()
	api := newHuma(mux, huma.DefaultConfig("Members", "1.0.0"))
	huma.Get(api, "/", func(context.Context, *struct{}) (*humaOutput, error) { return &humaOutput{"fine"}, nil })
	huma.Get(api, "/fail", func(context.Context, *struct{}) (*humaOutput, error) { return nil, pkerr.MemberNotFound })
	for path, want := range map[string]string{
		"/": "text/plain fine", "/fail": `application/json {"message":"Member not found.","code":20002}`,
	} {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		r.Header.Set("Accept", "text/plain")
		w := httptest.NewRecorder()
		withHuma(mux).ServeHTTP(w, r)
		require.Equal(t, want, w.Header().Get("Content-Type")+" "+w.Body.String())
	}
}

// The OpenAPI document describes the errors as they are sent.
func TestHumaError_Schema(t *testing.T) {
	w := httptest.NewRecorder()
	serveHuma().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", http.NoBody))
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
		Components struct{ Schemas map[string]any }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &doc))
	content := doc.Paths["/members/{ref}"]["get"].Responses["404"].Content
	require.Equal(t, map[string]any{"$ref": "#/components/schemas/Response"}, content["application/json"].Schema)
	require.Contains(t, doc.Components.Schemas, "Response")
	require.NotContains(t, doc.Components.Schemas, "ErrorModel")
}

// No error is lost: what a helper of Huma is given is logged, and an error of
// the API in it is sent.
func TestNewHumaError_Reported(t *testing.T) {
	for name, test := range map[string]struct {
		err       func() error
		want, log string
	}{
		"500": {func() error { return huma.Error500InternalServerError("", errDatabase) }, "500 " + internalServerError, "hunter2"},
		"503": {
			func() error { return huma.Error503ServiceUnavailable("", errDatabase) },
			`503 {"message":"503: Service Unavailable","code":0}`, "hunter2",
		},
		"message": {
			func() error { return huma.Error404NotFound("hunter2") },
			`404 {"message":"404: Not Found","code":0}`, "hunter2",
		},
		"code": {
			func() error { return huma.Error400BadRequest("", pkerr.MemberNotFound) },
			`404 {"message":"Member not found.","code":20002}`, "status=404",
		},
		"wrapped": {
			func() error { return fmt.Errorf("loading: %w", huma.Error409Conflict("", errDatabase)) },
			`409 {"message":"409: Conflict","code":0}`, "hunter2",
		},
		"nil": {
			func() error { return huma.Error500InternalServerError("hunter2", nil) },
			"500 " + internalServerError, "hunter2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			mux := http.NewServeMux()
			huma.Get(newHuma(mux, huma.DefaultConfig("Members", "1.0.0")), "/", func(context.Context, *struct{}) (*struct{}, error) { return nil, test.err() })
			w := httptest.NewRecorder()
			withHuma(mux, rec.options()...).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
			require.Equal(t, test.want, fmt.Sprint(w.Code, " ", w.Body))
			require.Len(t, rec.errs(), 1)
			require.Contains(t, rec.logged(), test.log)
		})
	}
}

// Headers that describe a success are removed. A middleware of Huma sees the
// status that is sent.
func TestNewHumaError_Headers(t *testing.T) {
	mux := http.NewServeMux()
	api := newHuma(mux, huma.DefaultConfig("Members", "1.0.0"))
	var statuses []int
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		ctx.SetHeader("Cache-Control", "max-age=60")
		ctx.SetHeader("ETag", `"1"`)
		ctx.SetHeader("X-Request-Id", "42")
		next(huma.WithValue(ctx, "key", "value"))
		statuses = append(statuses, ctx.Status())
	})
	huma.Get(api, "/", func(context.Context, *struct{}) (*struct{}, error) {
		return nil, huma.ErrorWithHeaders(pkerr.MemberNotFound, http.Header{"X-Error": {"1"}})
	})
	w := httptest.NewRecorder()
	withHuma(mux).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	require.Equal(t, http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {"44"}, "X-Content-Type-Options": {"nosniff"},
		"X-Request-Id": {"42"}, "X-Error": {"1"},
	}, w.Header())
	require.Equal(t, []int{404}, statuses)
}

// A field that does not match the schema is named. A missing property is not,
// because Huma gives the location of the object.
func TestNewHumaError_Body(t *testing.T) {
	mux := http.NewServeMux()
	huma.Post(newHuma(mux, huma.DefaultConfig("Members", "1.0.0")), "/", func(context.Context, *struct {
		Body struct {
			Name string `json:"name" maxLength:"3"`
			Tags []struct {
				Prefix string `json:"prefix" required:"false"`
			} `json:"tags" required:"false"`
		}
	},
	) (*struct{}, error) {
		return new(struct{}), nil
	})
	for body, want := range map[string]string{
		`{"name":"long"}`:                    `400 {"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is invalid."}]}}`,
		`{"name":"x","tags":[{"prefix":1}]}`: `400 {"message":"Error parsing JSON model","code":40001,"errors":{"tags[0].prefix":[{"message":"Field tags[0].prefix is invalid."}]}}`,
		`{}`:                                 `422 {"message":"422: Unprocessable Entity","code":0}`,
		`{`:                                  `400 {"message":"400: Bad Request","code":0}`,
		``:                                   `400 {"message":"400: Bad Request","code":0}`,
	} {
		w := httptest.NewRecorder()
		withHuma(mux).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		require.Equal(t, want, fmt.Sprint(w.Code, " ", w.Body), body)
	}
}
