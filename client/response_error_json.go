package client

import (
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"
)

// responseJSON is a ResponseError as JSON.
type responseJSON struct {
	Status     int         `json:"status"`
	Method     string      `json:"method,omitempty"`
	Path       string      `json:"path,omitempty"`
	Header     http.Header `json:"header,omitempty"`
	Body       string      `json:"body,omitempty"`
	BodyBase64 []byte      `json:"body_base64,omitempty"` // instead of Body, if that is not UTF-8
	Truncated  bool        `json:"truncated,omitempty"`
	RetryAfter *int64      `json:"retry_after,omitempty"` // in milliseconds
}

// MarshalJSON encodes e so that [ResponseError.UnmarshalJSON] restores an equal
// error. Of the headers it writes only those that this package reads: Date,
// Content-Type, Content-Encoding, Retry-After, X-RateLimit-* and the request
// ID. It also writes retry_after in milliseconds, because a Retry-After date
// alone would mean a different wait later. It does not write a read error of
// the body. In Path and headers, bytes that are not UTF-8 become U+FFFD. A nil
// pointer is encoded as null.
func (e ResponseError) MarshalJSON() ([]byte, error) {
	r := responseJSON{
		Status:     e.Status,
		Method:     e.Method,
		Path:       e.Path,
		Header:     readHeaders(e.Header),
		Truncated:  e.Truncated,
		RetryAfter: e.err.Response().RetryAfter,
	}
	if utf8.Valid(e.Body) {
		r.Body = string(e.Body)
	} else {
		r.BodyBase64 = e.Body
	}
	return json.Marshal(r)
}

// UnmarshalJSON reads what [ResponseError.MarshalJSON] writes, and decodes it
// as [Decode] does, so the result matches the same codes. On error, e is left
// unchanged.
func (e *ResponseError) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var r responseJSON
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	body := r.BodyBase64
	if r.Body != "" {
		body = []byte(r.Body)
	}
	d := new(decoded)
	d.response.Method, d.response.Path, d.response.Truncated = r.Method, r.Path, r.Truncated
	d.decode(r.Status, r.Header, body)
	if r.RetryAfter != nil && *r.RetryAfter >= 0 {
		d.retry = duration(*r.RetryAfter, time.Millisecond)
		d.err.RetryAfter = &d.retry
	}
	*e = d.response
	return nil
}

// readHeaders returns the headers that this package reads.
func readHeaders(header http.Header) http.Header {
	var read http.Header
	for _, key := range [...]string{
		"Content-Encoding", "Content-Type", "Date", "Retry-After",
		"Fly-Request-Id", "Cf-Ray", "X-Request-Id",
		"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Ratelimit-Scope",
	} {
		if values := header[key]; len(values) > 0 {
			if read == nil {
				read = http.Header{}
			}
			read[key] = values
		}
	}
	return read
}
