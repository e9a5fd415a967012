package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
)

// Write answers a request with err, in the shape of the API: the status of its code, and the body that
// [pkerr.Error.MarshalJSON] writes. The outermost [pkerr.Code] or [*pkerr.Error] in the chain of err decides, in the order
// of [errors.Is]. Anything else is sent as [pkerr.InternalServerError], whose text is fixed, and so is an error that came over
// the wire from another server (one whose method Remote() bool says so, as a *client.ResponseError does), unless [Relay] lets
// it through. A cause is never sent. A status under 400, which no error can have, becomes 500.
//
// Headers that were set for a successful body, such as Content-Length, Etag and Cache-Control, are removed; others are
// kept; a Cache-Control that kept others from storing the response becomes no-store. An error that says how long to wait
// also gets a Retry-After header, in seconds, rounded up. A HEAD request gets no body.
//
// Every error is logged, and given to the hooks; see [WithLogger] and [WithErrorHook]. Where the response has been started
// already, as the writer of [HandlerFunc] and [Recover] knows, that is all that happens.
//
// Write(w, r, nil) does nothing. Where r is nil, the defaults hold instead of the options, and the log does not tell which
// request failed.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		write(w, r, err, nil)
	}
}

// write is Write of an error, which came from a panic where there is a stack.
func write(w http.ResponseWriter, r *http.Request, err error, stack []byte) {
	e := outgoing(err)
	c := configOf(r)
	late := started(w)
	c.report(r, err, e.Code.Status(), late, gone(w, r, err), stack)
	for _, hook := range c.hooks {
		c.call(hook, r, err)
	}
	if !late {
		c.send(w, r, e)
	}
}

// call calls a hook. One that panics must not cost the client its answer.
func (c *config) call(hook func(*http.Request, error), r *http.Request, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.log(r, slog.LevelError, "error hook panicked", 0, panicError(v), debug.Stack())
		}
	}()
	hook(r, err)
}

// outgoing returns what is sent for err. The status of its code is that of the response.
func outgoing(err error) *pkerr.Error {
	found := sendable(err, false)
	if found == nil {
		return &pkerr.Error{Code: pkerr.InternalServerError}
	}
	e := new(*found) // a copy, for others may hold the same error
	if e.Code.Status() < http.StatusBadRequest {
		e.Code = pkerr.MakeCode(e.Code.Number(), http.StatusInternalServerError)
		if e.Code == 0 {
			e.Code = pkerr.InternalServerError
		}
	}
	status := e.Code.Status()
	if text := http.StatusText(status); e.Message == "" && text != "" &&
		e.Code.Message() == "" && pkerr.Code(status).Message() == "" {
		// The API has no text for this one, so it is spelled as the API spells those of its plain codes.
		e.Message = strconv.Itoa(status) + ": " + text
	}
	return e
}

// send writes e to a response that has not been started.
func (c *config) send(w http.ResponseWriter, r *http.Request, e *pkerr.Error) {
	h := w.Header()
	dropStale(w, h)
	body, ok := c.localize(h, r, e)
	if !ok {
		body, _ = e.MarshalJSON() // never fails
	}
	h.Set("Content-Type", "application/json")
	// The body can have a stranger's text in it, and unlike encoding/json the API does not escape it for HTML.
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Content-Encoding") == "" {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if e.RetryAfter != nil {
		h.Set("Retry-After", strconv.FormatInt(seconds(*e.RetryAfter), 10))
	}
	w.WriteHeader(e.Code.Status())
	if r == nil || r.Method != http.MethodHead {
		// A client that does not listen cannot be told so.
		_, _ = w.Write(body) //nolint:gosec // It is JSON, and nobody will take it for HTML.
	}
}

// dropStale removes the headers that described a body which is not sent.
func dropStale(w http.ResponseWriter, h http.Header) {
	for key, values := range h {
		switch http.CanonicalHeaderKey(key) { // not all are spelled so: ETag is set without Header.Set
		case "Accept-Ranges", "Content-Digest", "Content-Disposition", "Content-Language", "Content-Length", "Content-Location",
			"Content-Md5", "Content-Range", "Content-Type", "Digest", "Etag", "Expires", "Last-Modified", "Repr-Digest":
			delete(h, key)
		case "Cache-Control":
			switch said := strings.ToLower(strings.Join(values, ",")); {
			case strings.Contains(said, "no-store"):
			case strings.Contains(said, "private"), strings.Contains(said, "no-cache"):
				h[key] = []string{"no-store"} // without it, a cache that others share could keep a 404
			default:
				delete(h, key)
			}
		}
	}
	// A middleware that compresses on the fly sets Content-Encoding before the handler runs, and encodes the error as well; a
	// handler sets it for its own body. Where nobody can tell which it was, it stays, as with http.Error (go.dev/issue/66343):
	// so it does behind another writer than ours, which may be the one that compresses.
	if t, ok := w.(tracked); ok {
		if encoding := t.self().encoding; encoding != nil {
			h["Content-Encoding"] = encoding
		} else {
			h.Del("Content-Encoding")
		}
	}
}

// seconds returns d in whole seconds, rounded up so that nobody comes back too early.
func seconds(d time.Duration) int64 {
	d = max(d, 0)
	s := int64(d / time.Second)
	if d%time.Second > 0 {
		s++
	}
	return s
}

// What is logged at most, in bytes, of each text that came from outside.
const (
	loggedMethod = 32
	loggedPath   = 256
	loggedError  = 2048
)

// report logs err, which is sent with a status unless it comes too late.
func (c *config) report(r *http.Request, err error, status int, late, gone bool, stack []byte) {
	level, text := slog.LevelDebug, "request failed"
	switch {
	case stack != nil:
		level, text = slog.LevelError, "handler panicked"
	case gone:
		text = "request failed: the client has gone away"
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
	case late:
		// The client was never told, so somebody should be.
		level = slog.LevelWarn
	}
	if late {
		text += ", after the response was started"
	}
	c.log(r, level, text, status, err, stack)
}

// log logs err, with the status and the stack where there are such.
func (c *config) log(r *http.Request, level slog.Level, text string, status int, err error, stack []byte) {
	logger, ctx := c.logger, context.Background()
	if logger == nil {
		logger = slog.Default()
	}
	if r != nil {
		ctx = r.Context()
	}
	if !logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 5)
	if r != nil {
		attrs = append(attrs, slog.String("method", oneline.Text(r.Method, loggedMethod)))
		if r.URL != nil {
			// Not the query, for there can be secrets in it.
			attrs = append(attrs, slog.String("path", oneline.Text(r.URL.Path, loggedPath)))
		}
	}
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	attrs = append(attrs, slog.Attr{Key: "error", Value: logValue(err)})
	if stack != nil {
		attrs = append(attrs, slog.String("stack", string(stack)))
	}
	logger.LogAttrs(ctx, level, text, attrs...)
}

// logValue returns err as its type wants it to be logged, else its text in one bounded line.
func logValue(err error) slog.Value {
	if _, ok := err.(slog.LogValuer); ok {
		return slog.AnyValue(err)
	}
	// fmt knows what to do with an error that panics.
	return slog.StringValue(oneline.Text(fmt.Sprint(err), loggedError))
}

// gone tells whether err is but the consequence of the client having gone away.
func gone(w http.ResponseWriter, r *http.Request, err error) bool {
	// A deadline is the server's own, and the client may well be there.
	if r == nil || !errors.Is(r.Context().Err(), context.Canceled) {
		return false
	}
	return errors.Is(err, context.Canceled) ||
		anyTracker(w, func(t *tracker) bool { return t.failure != nil && errors.Is(err, t.failure) })
}
