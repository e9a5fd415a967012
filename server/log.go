package server

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
)

// How many bytes of each untrusted text are logged at most.
const (
	loggedMethod = 32
	loggedPath   = 256
)

// failure is what is logged about an error besides the error itself.
type failure struct {
	status     int    // of the code of the error
	late       bool   // the response had started
	unsent     bool   // the status was not sent
	clientGone bool   // the error is a consequence of the client disconnecting
	stack      []byte // of a panic, or nil
}

// logFailure logs the error that a request ends with.
func (c *config) logFailure(r *http.Request, err error, f failure) {
	level, text := slog.LevelDebug, "request failed"
	switch {
	case f.stack != nil:
		level, text = slog.LevelError, "handler panicked"
	case f.clientGone:
		text = "request failed: the client has gone away"
	case f.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case f.late:
		level = slog.LevelWarn // because the client is not told
	}
	if f.late {
		text += ", after the response was started"
	}
	if f.unsent {
		f.status = 0
	}
	c.log(r, level, text, f.status, err, f.stack)
}

// log logs err, with the status and the stack if there are any. If the logger
// panics, the client is still answered.
func (c *config) log(
	r *http.Request, level slog.Level, text string, status int, err error, stack []byte,
) {
	logger, ctx := c.logger, context.Background()
	if logger == nil {
		logger = slog.Default()
	}
	if r != nil {
		ctx = r.Context()
	}
	defer func() { _ = recover() }()
	if !logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 5)
	if r != nil {
		attrs = append(attrs, slog.String("method", oneline.Text(r.Method, loggedMethod)))
		if r.URL != nil {
			// Not the query, because there can be secrets in it.
			attrs = append(attrs, slog.String("path", oneline.Text(r.URL.Path, loggedPath)))
		}
	}
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	attrs = append(attrs, slog.Attr{Key: "error", Value: pkerr.LogValue(err)})
	if stack != nil {
		attrs = append(attrs, slog.String("stack", string(stack)))
	}
	logger.LogAttrs(ctx, level, text, attrs...)
}

// clientGone reports whether err is only a consequence of the client having
// disconnected.
func clientGone(w http.ResponseWriter, r *http.Request, err error) bool {
	// A deadline is the server's own; the client may still be connected.
	if r == nil || r.Context().Err() != context.Canceled {
		return false
	}
	return errorIs(err, context.Canceled) || anyTracker(w, func(t *responseWriter) bool {
		return t.failure != nil && errorIs(err, t.failure)
	})
}
