package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// Errors that Huma creates look like the API's.
func TestRenderHuma_Own(t *testing.T) {
	mux := http.NewServeMux()
	api := newHuma(mux)
	huma.Get(api, "/helper", func(context.Context, *struct{}) (*struct{}, error) {
		return nil, huma.Error404NotFound("hunter2")
	})
	huma.Get(api, "/query", func(context.Context, *struct {
		Limit int `maximum:"10" query:"limit"`
	},
	) (*struct{}, error) {
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

func TestRenderHuma_Vary(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/members/zzzzz", http.NoBody)
	r.Header.Set("Accept-Language", "de")
	w := httptest.NewRecorder()
	w.Header().Set("Vary", "Origin")
	withHuma(server.WithLocalizer(locale.Match)).ServeHTTP(w, r)
	require.Contains(t, w.Body.String(), "wurde nicht gefunden")
	require.Equal(t, []string{"Origin", "Accept-Language"}, w.Header().Values("Vary"))
}

// The OpenAPI document describes the errors as they are sent.
func TestHumaError_Schema(t *testing.T) {
	w := httptest.NewRecorder()
	withHuma().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", http.NoBody))
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
