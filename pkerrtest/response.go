package pkerrtest

import (
	"net/http"
	"net/url"
)

// Response returns the response that a server sends for err: what [server.Write] makes of it. It is as a client gets it, with a
// body that can be read once, and without a Request. (Of a 429 that has a Retry-After header, which the API's own has not:
// [Responses] has those, and a [Server] with [WithRateLimit] sends them.)
//
// For a nil err it is a 204 without a body, with which the API answers a success that has nothing to say.
func Response(err error) *http.Response {
	if err == nil {
		return newResponse(http.StatusNoContent, http.Header{}, nil)
	}
	c := capture{header: http.Header{}}
	errorHandler(err).ServeHTTP(&c, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}})
	return newResponse(c.status, c.header, c.body.Bytes())
}
