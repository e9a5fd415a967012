package server

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/pkerr/pkerr"
)

// Write answers a request with err: the status of its code, and the body that
// [pkerr.Error.MarshalJSON] writes. Most handlers do not need it; [HandlerFunc]
// calls it.
//
// Write sends the first of these that applies:
//
//   - what a mapper returns for err; see [WithErrorMapper];
//   - the outermost [pkerr.Code] or [*pkerr.Error] in its chain, in the order
//     of [errors.Is]. An Error with Fields and no code is a [pkerr.ModelParse];
//   - [pkerr.ContentTooLarge] for an [*http.MaxBytesError];
//   - [pkerr.InternalServerError], with its fixed text, for anything else.
//
// An error that another server sent (one whose method Remote() bool returns
// true, such as a *client.ResponseError) is not examined unless [Relay] allows
// it. Causes and the texts of other errors are never sent. A status below 400
// becomes 500.
//
// Headers set for a successful body, such as Content-Length, Etag and Location,
// are removed; others are kept. A Cache-Control that keeps shared caches from
// storing the response becomes no-store. An error with a RetryAfter also gets a
// Retry-After header, in seconds, rounded up. A HEAD request gets no body.
//
// Every error is logged and given to the hooks; see [WithLogger] and
// [WithErrorHook]. If the response has started, nothing else happens. Write
// detects that if w is the writer that [Middleware] or [HandlerFunc] passes on,
// if w leads to it by Unwrap methods, or if w has a method Written() bool, as
// in gin and negroni. Gin starts a response without a body in AbortWithStatus,
// AbortWithError and Bind; call Abort and ShouldBind instead.
//
// An error is a whole response: if w is the writer that Middleware or
// HandlerFunc passes on, whatever is written to it afterwards is discarded,
// headers included. After 4 KiB, writing fails with [http.ErrContentLength].
//
// Write(w, r, nil) does nothing. If r is nil, the options are the defaults, and
// the log does not name the request. If w is nil, the error is only logged and
// given to the hooks.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		write(w, r, err, nil)
	}
}

// write is Write for an error that is not nil. stack is that of a panic, or
// nil. It reports whether the response had already started.
func write(w http.ResponseWriter, r *http.Request, err error, stack []byte) (late bool) {
	c := configOf(r)
	var e pkerr.Error
	if stack == nil {
		e = c.outgoing(r, err)
	} else {
		e = sendable(err) // because mappers are not called for panics
	}
	late = started(w)
	c.report(r, err, failure{
		status: e.Code.Status(), late: late, unsent: late || w == nil,
		clientGone: clientGone(w, r, err), stack: stack,
	})
	if late || w == nil {
		return late
	}
	h := w.Header()
	dropStale(w, h)
	body := c.response(h, r, &e)
	w.WriteHeader(e.Code.Status())
	if isHead(r) {
		body = nil // but written, to let gin see that the response has started
	}
	// If this fails, the client cannot be told.
	_, _ = w.Write(body) //nolint:gosec // It is sent as JSON.
	if t := trackerOf(w); t != nil {
		t.answered = true
	}
	return false
}

// Render returns the response that [Write] sends for err: its status, headers
// and body. Use it for frameworks without an [http.ResponseWriter]. It logs and
// calls the hooks as Write does; the options are those in the context of r.
//
// The header belongs to the caller. It has only what Write adds, so the caller
// must remove headers that describe another body, and must add the Vary header
// to an existing one. The body is nil for a HEAD request.
//
// Render(r, nil) is (0, nil, nil). If r is nil, the options are the defaults.
func Render(r *http.Request, err error) (status int, header http.Header, body []byte) {
	if err == nil {
		return 0, nil, nil
	}
	c := configOf(r)
	e := c.outgoing(r, err)
	status = e.Code.Status()
	c.report(r, err, failure{status: status, clientGone: clientGone(nil, r, err)})
	header = make(http.Header, 4)
	body = c.response(header, r, &e)
	if isHead(r) {
		body = nil
	}
	return status, header, body
}

func isHead(r *http.Request) bool { return r != nil && r.Method == http.MethodHead }

// report logs err and calls the hooks.
func (c *config) report(r *http.Request, err error, f failure) {
	c.logFailure(r, err, f)
	for _, hook := range c.hooks {
		c.callHook(hook, r, err)
	}
}

func (c *config) callHook(hook func(*http.Request, error), r *http.Request, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.log(r, slog.LevelError, "error hook panicked", 0, panicError(v), debug.Stack())
		}
	}()
	hook(r, err)
}

// response returns the body for e, and adds its headers to h.
func (c *config) response(h http.Header, r *http.Request, e *pkerr.Error) []byte {
	body, ok := c.localize(h, r, e)
	if !ok {
		body, _ = e.MarshalJSON() // never fails
	}
	encoded := len(contentEncoding(h)) > 0
	// Like Header.Set for canonical keys, but with all values in one array.
	values := make([]string, 0, 4)
	set := func(key, value string) {
		values = append(values, value)
		h[key] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Content-Type", "application/json")
	// Untrusted text in the body is not escaped for HTML, as the API does not.
	set("X-Content-Type-Options", "nosniff")
	if !encoded {
		set("Content-Length", strconv.Itoa(len(body)))
	}
	if e.RetryAfter != nil {
		set("Retry-After", strconv.FormatInt(seconds(*e.RetryAfter), 10))
	}
	return body
}

// seconds returns d in whole seconds, rounded up.
func seconds(d time.Duration) int64 {
	d = max(d, 0)
	s := int64(d / time.Second)
	if d%time.Second > 0 {
		s++
	}
	return s
}
