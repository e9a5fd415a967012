package pkerrtest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Response returns the response that [server.Write] sends for err, as a client
// gets it. Its body can be read once, and its Request is nil.
//
// An error with a RetryAfter gets a Retry-After header, which the API itself
// does not send; see [Responses] and [WithRateLimit] for those.
//
// For a nil err it returns a 204 without a body.
func Response(err error) *http.Response {
	if err == nil {
		return newResponse(http.StatusNoContent, http.Header{}, nil)
	}
	c := capture{header: http.Header{}}
	errorHandler(err).ServeHTTP(&c, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}})
	return newResponse(c.status, c.header, c.body.Bytes())
}

// newResponse returns a response as a client gets it.
func newResponse(status int, header http.Header, body []byte) *http.Response {
	text := http.StatusText(status)
	if text == "" {
		text = "status code " + strconv.Itoa(status) // as net/http writes it
	}
	return &http.Response{
		Status:        strconv.Itoa(status) + " " + text,
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}
