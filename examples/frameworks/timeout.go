package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pkerr/pkerr"
)

// mapTimeout answers an exceeded deadline of the server's own with a 504.
func mapTimeout(_ *http.Request, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return pkerr.MakeCode(0, http.StatusGatewayTimeout).WithCause(err)
	}
	return nil
}

// timeout sets a deadline for every request, and leaves the answer to the
// handler, which returns the error of its context.
func timeout(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
