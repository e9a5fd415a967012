package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

// proxy forwards requests to the API with its own token, which its callers do
// not have.
type proxy struct {
	http  *http.Client
	base  string
	token string
}

// newProxy returns the proxy as a handler.
func newProxy(httpClient *http.Client, base, token string, log *slog.Logger) http.Handler {
	p := &proxy{http: httpClient, base: base, token: token}
	mux := http.NewServeMux()
	mux.Handle("GET /v2/members/{ref}", server.HandlerFunc(p.forward))
	mux.Handle("PATCH /v2/members/{ref}", server.HandlerFunc(p.forward))
	mux.Handle("GET /v2/systems/@me/members", server.HandlerFunc(p.forward))
	middleware := server.Middleware(server.WithLogger(log), server.WithErrorMapper(mapUpstream))
	return middleware(server.Routes(mux))
}

// forward sends a request to the API and copies a success. An error of the API
// is returned as is, for mapUpstream.
func (p *proxy) forward(w http.ResponseWriter, r *http.Request) error {
	url := p.base + r.URL.RequestURI()
	//nolint:gosec // The host is that of the API, and the mux knows the paths.
	req, err := http.NewRequestWithContext(r.Context(), r.Method, url, r.Body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", p.token)
	req.Header.Set("User-Agent", "pkerr-proxy")
	if mediaType := r.Header.Get("Content-Type"); mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := p.http.Do(req) //nolint:gosec // As above.
	if err != nil {
		// There is no response. That is neither the caller's fault nor a bug.
		return pkerr.MakeCode(0, http.StatusBadGateway).WithCause(err)
	}
	defer resp.Body.Close()
	if err := client.Check(resp); err != nil {
		return err
	}
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil {
		// Cut the response off, so that the caller does not mistake it for a
		// complete one.
		return fmt.Errorf("%w: %w", http.ErrAbortHandler, err)
	}
	return nil
}

// mapUpstream decides which errors of the API are sent to the caller. Without
// Relay, an error of another server is sent as a 500.
func mapUpstream(_ *http.Request, err error) error {
	switch pkerr.ActionOf(err) {
	case pkerr.ActionCheckRef, pkerr.ActionRespectPrivacy, pkerr.ActionFixRequest,
		pkerr.ActionTreatAsSuccess, pkerr.ActionTreatAsEmpty, pkerr.ActionMakeRoom,
		pkerr.ActionRetry:
		return server.Relay(err)
	case pkerr.ActionVerify:
		return pkerr.MakeCode(0, http.StatusBadGateway).WithCause(err)
	default:
		// A 401 for the proxy's token would mislead the caller.
		return nil
	}
}
