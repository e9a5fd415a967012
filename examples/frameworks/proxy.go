package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

func reverseProxy(upstream *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(upstream) },
		ErrorHandler: proxyError,
	}
}

// proxyError answers a body that is too large with a 413, an exceeded deadline
// as mapTimeout does, and an upstream that cannot be reached with a 502.
func proxyError(w http.ResponseWriter, r *http.Request, err error) {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	if !tooLarge && !errors.Is(err, context.DeadlineExceeded) {
		err = pkerr.MakeCode(0, http.StatusBadGateway).WithCause(err)
	}
	server.Write(w, r, err)
}
