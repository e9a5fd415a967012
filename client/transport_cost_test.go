package client_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

// unlimited returns a Transport whose base answers at once, and a request.
func unlimited(tb testing.TB, token string) (*client.Transport, *http.Request) {
	tb.Helper()
	resp := &http.Response{StatusCode: http.StatusOK, Header: usualHeader(), Body: http.NoBody}
	transport := &client.Transport{Base: roundTrip(func(*http.Request) (*http.Response, error) { return resp, nil })}
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "https://api.pluralkit.me/v2/systems/exmpl", nil)
	require.NoError(tb, err)
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	return transport, req
}

const token = "0123456789abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTUVWXYZ+"

// Transport costs an unlimited request hardly any allocations.
func TestTransport_Allocations(t *testing.T) {
	for token, want := range map[string]float64{token: 2, "": 1} {
		transport, req := unlimited(t, token)
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := transport.RoundTrip(req); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, allocs, want, "Authorization: %s", token)
	}
}

func BenchmarkTransport(b *testing.B) {
	for name, token := range map[string]string{"token": token, "none": ""} {
		b.Run("authorization="+name, func(b *testing.B) {
			transport, req := unlimited(b, token)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := transport.RoundTrip(req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
