package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

func TestWithTelemetry(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	reader := metric.NewManualReader()
	count := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errors_total", Help: "Errors."}, []string{"error_type"})
	h := otelhttp.NewHandler(serveNetHTTP(withTelemetry(count)), "api",
		otelhttp.WithTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans))),
		otelhttp.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))))

	for path, want := range map[string]string{
		"/members/zzzzz":    "20003/404",
		"/messages/1":       "0/429",
		"/nowhere":          "0/404",
		"/stats":            "_OTHER",
		"/stats?fail=panic": "0/500",
	} {
		spans.Reset()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, http.NoBody))
		require.Len(t, spans.Ended(), 1)
		require.Contains(t, spans.Ended()[0].Attributes(), attribute.String("error.type", want), path)
		require.InDelta(t, 1, testutil.ToFloat64(count.WithLabelValues(want)), 0, path)
	}

	var metrics metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &metrics))
	require.Contains(t, fmt.Sprint(metrics.ScopeMetrics), "20003/404", "otelhttp's own metrics have it, too")
}

// Unknown codes from a server do not add new values.
func TestErrorType_Bounded(t *testing.T) {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errors_total", Help: "Errors."}, []string{"error_type"})
	number := 0
	h := server.Middleware(withTelemetry(count))(server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		number++
		body := fmt.Appendf(nil, `{"message":"x","code":%d}`, 60000+number)
		return client.Decode(400+number%200, nil, body)
	}))
	for range 1000 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	}
	require.Equal(t, 1000, number)
	require.LessOrEqual(t, testutil.CollectAndCount(count), 10)
	require.Equal(t, "_OTHER", errorType(http.ErrAbortHandler))
	require.Equal(t, "0/400", errorType(pkerr.MakeCode(60001, http.StatusTeapot)))
}
