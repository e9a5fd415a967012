package main

import (
	"context"
	"net/http"

	"github.com/getsentry/sentry-go"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// errorType returns the error.type of an error for metrics and traces. A code
// without a constant counts as its class, because another server can send any
// number.
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

// withTelemetry counts errors by type, and adds the type to the span and the
// metrics of otelhttp.
func withTelemetry(count *prometheus.CounterVec) server.Option {
	return server.WithErrorHook(func(r *http.Request, err error) {
		kind := errorType(err)
		count.WithLabelValues(kind).Inc()
		if r == nil {
			return
		}
		errorType := attribute.String("error.type", kind)
		trace.SpanFromContext(r.Context()).SetAttributes(errorType)
		if labeler, ok := otelhttp.LabelerFromContext(r.Context()); ok {
			labeler.Add(errorType)
		}
	})
}

// withSentry reports errors that are sent as a 5xx, including panics.
func withSentry() server.Option {
	return server.WithErrorHook(func(r *http.Request, err error) {
		ctx, hub := context.Background(), sentry.CurrentHub()
		if r != nil {
			ctx = r.Context()
		}
		if sentry.HasHubOnContext(ctx) {
			hub = sentry.GetHubFromContext(ctx)
		}
		if server.Public(ctx, err).Code.Status() >= http.StatusInternalServerError {
			hub.CaptureException(err)
		}
	})
}
