package pkerrtest

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
)

// responseWriter delays a response by the latency of the server, and records
// its outcome.
type responseWriter struct {
	http.ResponseWriter

	server *Server
	conn   net.Conn // nil in a server of the test's own
	method string   // of the request
	kept   *Request

	status   int // 0 until it is sent
	declared int64
	written  int64
	complete bool // as long as declared, before the server was closed
	delayed  bool
	hijacked bool
}

func (w *responseWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // a 1xx comes before the response
		w.status = status
		if w.method != http.MethodHead &&
			status != http.StatusNoContent && status != http.StatusNotModified {
			w.declared, _ = strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
		}
		w.server.update(w.kept, func(kept *Request) { kept.Status = status })
		w.delay()
	}
	w.ResponseWriter.WriteHeader(status)
}

// delay waits for the way back, once.
func (w *responseWriter) delay() {
	if !w.delayed {
		w.delayed = true
		latency := w.server.config.latency
		w.server.wait(latency - latency/2)
	}
}

// begin sends the default status, unless a status has been sent.
func (w *responseWriter) begin() {
	if w.status == 0 && !w.hijacked {
		w.WriteHeader(http.StatusOK)
	}
}

// finish ends the response of a handler that has returned. It reports whether
// the response has its declared length, and was not cut off by Server.Close.
func (w *responseWriter) finish() bool {
	w.begin()
	return w.complete || w.written >= w.declared && !w.server.cutsOff(w.conn)
}

// abort records that the response is cut off.
func (w *responseWriter) abort() {
	w.server.update(w.kept, func(kept *Request) { kept.Status, kept.Aborted = 0, true })
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.written += int64(n)
	if w.declared > 0 && w.written >= w.declared {
		w.complete = w.complete || !w.server.cutsOff(w.conn)
	}
	return n, err
}

// Flush sends what has been written so far.
func (w *responseWriter) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // an http.Flusher returns no error
}

// Hijack lets the handler take over the connection, as an [http.Hijacker] does.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.delay()
	conn, buffer, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.hijacked = w.hijacked || err == nil
	return conn, buffer, err
}

// Unwrap returns the underlying writer, for an [http.ResponseController].
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
