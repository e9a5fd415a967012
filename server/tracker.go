package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
)

// tracker is the writer that handlers are given. It notes whether the response has been started, and is otherwise the
// writer that it wraps.
type tracker struct {
	http.ResponseWriter
	started  bool     // a final status or a part of the body is on its way
	hijacked bool     // the connection is the handler's own
	encoding []string // the Content-Encoding from before the handler
	failure  error    // the first that the writer below returned
}

// tracked is a tracker, with whatever stands around it.
type tracked interface{ self() *tracker }

func (t *tracker) self() *tracker { return t }

// track returns a tracker around w, or w itself where it is one. A tracker further down is not enough, for a writer in
// between may hold back what it is given.
//
// It is an http.Flusher and an http.Hijacker where http.ResponseController could flush and hijack w.
func track(w http.ResponseWriter) http.ResponseWriter {
	if _, ok := w.(tracked); ok {
		return w
	}
	t := &tracker{ResponseWriter: w, encoding: w.Header()["Content-Encoding"]}
	_, flushes := reach[http.Flusher](w)
	if !flushes {
		_, flushes = reach[interface{ FlushError() error }](w)
	}
	_, hijacks := reach[http.Hijacker](w)
	switch {
	case flushes && hijacks:
		return struct {
			*tracker
			http.Flusher
			http.Hijacker
		}{t, flusher{t}, hijacker{t}}
	case flushes:
		return struct {
			*tracker
			http.Flusher
		}{t, flusher{t}}
	case hijacks:
		return struct {
			*tracker
			http.Hijacker
		}{t, hijacker{t}}
	}
	return t
}

// reach returns the first T of w and the writers that it wraps.
func reach[T any](w http.ResponseWriter) (T, bool) {
	for {
		if found, ok := w.(T); ok {
			return found, true
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			var none T
			return none, false
		}
		w = u.Unwrap()
	}
}

// started tells whether anything that is known of w says that the response has been started.
func started(w http.ResponseWriter) bool {
	return anyTracker(w, func(t *tracker) bool { return t.started })
}

// hijacked tells whether anything that is known of w says that the connection was hijacked.
func hijacked(w http.ResponseWriter) bool {
	return anyTracker(w, func(t *tracker) bool { return t.hijacked })
}

func anyTracker(w http.ResponseWriter, is func(*tracker) bool) bool {
	for {
		found, ok := reach[tracked](w)
		if !ok {
			return false
		}
		t := found.self()
		if is(t) {
			return true
		}
		w = t.ResponseWriter
	}
}

// Unwrap is for http.ResponseController.
func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *tracker) WriteHeader(status int) {
	t.ResponseWriter.WriteHeader(status)
	// Other 1xx are only news on the way; and a status that made the writer panic was not sent.
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		t.started = true
	}
}

func (t *tracker) Write(p []byte) (int, error) {
	t.started = true
	n, err := t.ResponseWriter.Write(p)
	t.note(err)
	return n, err
}

// note keeps the first error of the writer below.
func (t *tracker) note(err error) {
	if t.failure == nil {
		t.failure = err
	}
}

// ReadFrom leaves the copying to the writer below, which may have a fast way, such as sendfile.
func (t *tracker) ReadFrom(src io.Reader) (int64, error) {
	// The first bytes go by Write: a source that fails before it gives any has not started the response.
	const first = 512
	n, err := io.Copy(writerOnly{t}, io.LimitReader(src, first))
	if err != nil || n < first {
		return n, err
	}
	rest, err := io.Copy(t.ResponseWriter, src)
	t.note(err) // or one of the source: nobody tells which
	return n + rest, err
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

// FlushError is what http.ResponseController calls. Every tracker has it, for otherwise the controller would go past the
// tracker to a writer below.
func (t *tracker) FlushError() error {
	err := http.NewResponseController(t.ResponseWriter).Flush()
	if !errors.Is(err, errors.ErrUnsupported) { // which http.ErrNotSupported is, too
		// One that fails otherwise may have sent something.
		t.started = true
		t.note(err)
	}
	return err
}

type flusher struct{ *tracker }

func (f flusher) Flush() { _ = f.FlushError() }

type hijacker struct{ *tracker }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.started, h.hijacked = true, true
	}
	return conn, buf, err
}
