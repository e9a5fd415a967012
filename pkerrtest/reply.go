package pkerrtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
	"github.com/pkerr/pkerr/server"
)

// Reply sends err as [server.Write] does: a code, a [*pkerr.Error], or any
// other error, which is sent as a 500. The cause of an error is not sent, and
// nothing is logged.
//
// An error with a RetryAfter gets a Retry-After header, and no X-RateLimit
// headers. The API does the opposite, and so does [WithRateLimit].
//
// A nil err makes the test fail. For a success, use [Route.ReplyJSON] or
// [Route.ReplyBytes].
func (r *Route) Reply(err error) *Route {
	r.server.tb.Helper()
	if err == nil {
		return r.reject("Reply", "a nil error; for a success, use ReplyJSON or ReplyBytes")
	}
	return r.add("Reply("+oneline.Text(fmt.Sprint(err), 80)+")", errorHandler(err))
}

// errorHandler returns a handler that answers with err.
func errorHandler(err error) http.Handler {
	quiet := server.WithLogger(slog.New(slog.DiscardHandler))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.Write(w, r.WithContext(server.NewContext(r.Context(), quiet)), err)
	})
}

// ReplyJSON sends v as JSON, with a status from 200 to 999 and the Content-Type
// application/json. It encodes v immediately, as [json.Marshal] does, but like
// the API it does not escape HTML.
//
// Any other status, or a v that cannot be encoded, makes the test fail.
func (r *Route) ReplyJSON(status int, v any) *Route {
	r.server.tb.Helper()
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return r.reject("ReplyJSON", err.Error())
	}
	header := http.Header{"Content-Type": {mediaJSON}}
	return r.addBytes("ReplyJSON", status, header, strings.TrimSuffix(body.String(), "\n"))
}

// ReplyBytes sends exactly this response: a status from 200 to 999, a header,
// and a body. The header is copied, and may be nil; no Content-Type is added to
// it, but the CORS headers of the API are, unless header has them. A 204 or 304
// is sent without the body. If the Content-Length exceeds the body, the
// response is cut off.
//
// Any other status makes the test fail.
func (r *Route) ReplyBytes(status int, header http.Header, body string) *Route {
	r.server.tb.Helper()
	return r.addBytes("ReplyBytes", status, header.Clone(), body)
}

func (r *Route) addBytes(method string, status int, header http.Header, body string) *Route {
	r.server.tb.Helper()
	if status < http.StatusOK || status > 999 {
		return r.reject(method, fmt.Sprintf("the status %d, want one from 200 to 999", status))
	}
	send := func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"] = nil // or net/http would guess one
		for key, values := range header {
			h[http.CanonicalHeaderKey(key)] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // it fails only if the client is gone
	}
	return r.add(fmt.Sprintf("%s(%d)", method, status), http.HandlerFunc(send))
}

// ReplyHandler lets h answer. The request has its body and path values; h can
// also hijack the connection. h does not run on the test's goroutine, so it
// must not call FailNow.
//
// A panic makes the test fail and cuts the response off. A panic with
// [http.ErrAbortHandler] only cuts it off, and sets [Request.Aborted].
// [server.Middleware] panics with it after a panic that is too late to be
// answered.
//
// A nil h makes the test fail.
func (r *Route) ReplyHandler(h http.Handler) *Route {
	r.server.tb.Helper()
	if h == nil {
		return r.reject("ReplyHandler", "a nil handler")
	}
	return r.add("ReplyHandler", h)
}

// reject reports a mistake in a reply, and adds a 500 in its place.
func (r *Route) reject(method, mistake string) *Route {
	r.server.tb.Helper()
	r.mistakef("%s: %s", method, mistake)
	return r.add(method, errorHandler(pkerr.InternalServerError))
}
