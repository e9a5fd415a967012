package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// responseWriter is the writer that handlers are given. It notes whether the
// response has started, and is otherwise the writer that it wraps.
type responseWriter struct {
	http.ResponseWriter
	started  bool     // a final status or a part of the body was written
	hijacked bool     // the connection is the handler's own
	encoding []string // the Content-Encoding from before the handler
	failure  error    // the first that the writer below returned
}

// tracker is a responseWriter, with whatever stands around it.
type tracker interface{ self() *responseWriter }

func (t *responseWriter) self() *responseWriter { return t }

// track returns a responseWriter around w, or w itself if it is one. One
// further down is not enough, because a writer in between may hold back what it
// is given.
//
// It is an http.Flusher and an http.Hijacker if http.ResponseController could
// flush and hijack w.
func track(w http.ResponseWriter) http.ResponseWriter {
	if _, ok := w.(tracker); ok || w == nil {
		return w
	}
	t := &responseWriter{ResponseWriter: w, encoding: contentEncoding(w.Header())}
	flushes, hijacks := false, false
	for at := w; at != nil && (!flushes || !hijacks); at = below(at) {
		if !flushes {
			_, flushes = at.(http.Flusher)
		}
		if !flushes {
			_, flushes = at.(interface{ FlushError() error })
		}
		if !hijacks {
			_, hijacks = at.(http.Hijacker)
		}
	}
	switch {
	case flushes && hijacks:
		return flushHijacker{t}
	case flushes:
		return flusher{t}
	case hijacks:
		return hijacker{t}
	}
	return t
}

// contentEncoding returns the Content-Encoding in any spelling, or nil.
func contentEncoding(h http.Header) []string {
	for key, values := range h {
		if strings.EqualFold(key, "Content-Encoding") {
			return values
		}
	}
	return nil
}

// below returns the writer that w wraps, or nil.
func below(w http.ResponseWriter) http.ResponseWriter {
	if u, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		return u.Unwrap()
	}
	return nil
}

// trackerOf returns the responseWriter that w itself is, or nil.
func trackerOf(w http.ResponseWriter) *responseWriter {
	if t, ok := w.(tracker); ok {
		return t.self()
	}
	return nil
}

// anyTracker reports whether the condition holds for w, or for a writer that it
// wraps.
func anyTracker(w http.ResponseWriter, is func(*responseWriter) bool) bool {
	for ; w != nil; w = below(w) {
		if t := trackerOf(w); t != nil && is(t) {
			return true
		}
	}
	return false
}

// started reports whether the response is known to have started.
func started(w http.ResponseWriter) bool {
	for ; w != nil; w = below(w) {
		if t := trackerOf(w); t != nil && t.started {
			return true
		}
		if u, ok := w.(interface{ Written() bool }); ok && u.Written() {
			return true
		}
	}
	return false
}

// hijacked reports whether the connection is known to be hijacked.
func hijacked(w http.ResponseWriter) bool {
	return anyTracker(w, func(t *responseWriter) bool { return t.hijacked })
}

// Unwrap is for http.ResponseController.
func (t *responseWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *responseWriter) WriteHeader(status int) {
	t.ResponseWriter.WriteHeader(status)
	// Other 1xx come before the response; and a status that made the writer
	// panic was not sent.
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		t.started = true
	}
}

func (t *responseWriter) Write(p []byte) (int, error) {
	t.started = true
	n, err := t.ResponseWriter.Write(p)
	t.note(err)
	return n, err
}

// WriteString saves io.WriteString a copy.
func (t *responseWriter) WriteString(s string) (int, error) {
	t.started = true
	n, err := io.WriteString(t.ResponseWriter, s)
	t.note(err)
	return n, err
}

// note keeps the first error of the writer below.
func (t *responseWriter) note(err error) {
	if t.failure == nil {
		t.failure = err
	}
}

// ReadFrom leaves the copying to the writer below, which may have a fast way,
// such as sendfile.
func (t *responseWriter) ReadFrom(src io.Reader) (int64, error) {
	// The first bytes go by Write: a source that fails before it gives any has
	// not started the response.
	const first = 512
	n, err := io.Copy(writerOnly{t}, io.LimitReader(src, first))
	if err != nil || n < first {
		return n, err
	}
	rest, err := io.Copy(t.ResponseWriter, src)
	t.note(err) // or one of the source: there is no telling
	return n + rest, err
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

// FlushError is what http.ResponseController calls. Every responseWriter has
// it, because otherwise the controller would go past it to a writer below.
func (t *responseWriter) FlushError() error {
	err := http.NewResponseController(t.ResponseWriter).Flush()
	if !errors.Is(err, errors.ErrUnsupported) { // http.ErrNotSupported is one, too
		// One that fails otherwise may have sent something.
		t.started = true
		t.note(err)
	}
	return err
}

// CloseNotify is for gin, whose Context.Stream panics without it. Without one
// below, the channel never has a value.
func (t *responseWriter) CloseNotify() <-chan bool {
	for w := t.ResponseWriter; w != nil; w = below(w) {
		if n, ok := w.(interface{ CloseNotify() <-chan bool }); ok {
			return n.CloseNotify()
		}
	}
	return nil
}

// These say what else a responseWriter can do. A struct of one pointer takes no
// allocation as an interface.
type (
	flusher       struct{ *responseWriter }
	hijacker      struct{ *responseWriter }
	flushHijacker struct{ *responseWriter }
)

func (f flusher) Flush() { _ = f.FlushError() }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.started, h.hijacked = true, true
	}
	return conn, buf, err
}

func (b flushHijacker) Flush() { flusher(b).Flush() }

func (b flushHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) { return hijacker(b).Hijack() }
