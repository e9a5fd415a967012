package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// responseWriter is the writer that handlers get. It records whether the
// response has started, and passes everything on to the writer that it wraps.
type responseWriter struct {
	http.ResponseWriter
	started  bool     // a final status or a part of the body was written
	hijacked bool     // the handler has taken over the connection
	answered bool     // the response is an error, and complete
	excess   int32    // how many bytes were discarded since then
	encoding []string // the Content-Encoding from before the handler
	failure  error    // the first that the wrapped writer returned
}

// tracker is a responseWriter, or a type that embeds one.
type tracker interface{ self() *responseWriter }

func (t *responseWriter) self() *responseWriter { return t }

// track returns a responseWriter around w, or w itself if it is one. One that w
// wraps is not enough, because a writer in between may buffer.
//
// It is an http.Flusher and an http.Hijacker if http.ResponseController could
// flush and hijack w.
func track(w http.ResponseWriter) http.ResponseWriter {
	if _, ok := w.(tracker); ok || w == nil {
		return w
	}
	t := &responseWriter{ResponseWriter: w, encoding: contentEncoding(w.Header())}
	flushes, hijacks := false, false
	for at := w; at != nil && (!flushes || !hijacks); at = unwrap(at) {
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

// unwrap returns the writer that w wraps, or nil.
func unwrap(w http.ResponseWriter) http.ResponseWriter {
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
	for ; w != nil; w = unwrap(w) {
		if t := trackerOf(w); t != nil && is(t) {
			return true
		}
	}
	return false
}

// started reports whether the response is known to have started.
func started(w http.ResponseWriter) bool {
	for ; w != nil; w = unwrap(w) {
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

// answered reports whether the response is known to be a complete error.
func answered(w http.ResponseWriter) bool {
	return anyTracker(w, func(t *responseWriter) bool { return t.answered })
}

// Unwrap returns the wrapped writer, for http.ResponseController.
func (t *responseWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// maxExcess is how many bytes are discarded after an error has been answered.
// Frameworks that write an answer of their own write little. A handler that
// goes on writing for long gets an error.
const maxExcess = 4 << 10

// discard takes the place of a write of n bytes after an error.
func (t *responseWriter) discard(n int) (int, error) {
	if n > maxExcess-int(t.excess) {
		t.excess = maxExcess
		return 0, http.ErrContentLength
	}
	t.excess += int32(n) //nolint:gosec // It is at most maxExcess.
	return n, nil
}

// Header returns a copy after an error, because a writer that buffers sends the
// header later.
func (t *responseWriter) Header() http.Header {
	h := t.ResponseWriter.Header()
	if t.answered {
		return h.Clone()
	}
	return h
}

func (t *responseWriter) WriteHeader(status int) {
	if t.answered {
		return
	}
	t.ResponseWriter.WriteHeader(status)
	// Other 1xx precede the response, and a status that made the wrapped writer
	// panic was not sent.
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		t.started = true
	}
}

func (t *responseWriter) Write(p []byte) (int, error) {
	if t.answered {
		return t.discard(len(p))
	}
	t.started = true
	n, err := t.ResponseWriter.Write(p)
	t.note(err)
	return n, err
}

// WriteString saves io.WriteString a copy.
func (t *responseWriter) WriteString(s string) (int, error) {
	if t.answered {
		return t.discard(len(s))
	}
	t.started = true
	n, err := io.WriteString(t.ResponseWriter, s)
	t.note(err)
	return n, err
}

// note keeps the first error of the wrapped writer.
func (t *responseWriter) note(err error) {
	if t.failure == nil {
		t.failure = err
	}
}

// ReadFrom leaves the copying to the wrapped writer, which may have a fast
// path, such as sendfile.
func (t *responseWriter) ReadFrom(src io.Reader) (int64, error) {
	if t.answered {
		return io.Copy(writerOnly{t}, src)
	}
	// Write the first bytes separately: if the source fails before it returns
	// any, the response has not started.
	const first = 512
	n, err := io.Copy(writerOnly{t}, io.LimitReader(src, first))
	if err != nil || n < first {
		return n, err
	}
	rest, err := io.Copy(t.ResponseWriter, src)
	t.note(err) // or an error of the source, which looks the same
	return n + rest, err
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

// FlushError is what http.ResponseController calls. Every responseWriter has
// it, because otherwise the controller would bypass it and flush a wrapped
// writer.
func (t *responseWriter) FlushError() error {
	err := http.NewResponseController(t.ResponseWriter).Flush()
	if !errors.Is(err, errors.ErrUnsupported) { // http.ErrNotSupported is one, too
		// A flush that fails otherwise may have sent something.
		t.started = true
		t.note(err)
	}
	return err
}

// CloseNotify is for gin, whose Context.Stream panics without it. If the
// wrapped writer has none, nothing is ever sent on the channel.
func (t *responseWriter) CloseNotify() <-chan bool {
	for w := t.ResponseWriter; w != nil; w = unwrap(w) {
		if n, ok := w.(interface{ CloseNotify() <-chan bool }); ok {
			return n.CloseNotify()
		}
	}
	return nil
}

// These add optional interfaces to a responseWriter. A struct of one pointer is
// converted to an interface without an allocation.
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
