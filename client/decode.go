package client

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client/internal/scan"
)

// maxText is how long a text/plain body may be to serve as the message, in bytes.
const maxText = 512

// Decode returns what a response with this status, header and body says, whatever it says: a [*ResponseError], which wraps a
// [*pkerr.Error]. It is never nil, not even for a 2xx status. The header may be nil; its keys are spelled as
// [http.Header.Set] spells them. The body is copied, all of it, and kept.
//
// Decode is for those who have no [http.Response], or have read its body themselves; else there is [Check].
func Decode(status int, header http.Header, body []byte) error {
	d := new(decoded)
	d.decode(status, header, body)
	return &d.response
}

// decoded is everything that an error consists of but for the body, in one allocation.
type decoded struct {
	response ResponseError
	err      pkerr.Error
	retry    time.Duration
}

// decode makes d what a response says. The body is kept.
func (d *decoded) decode(status int, header http.Header, body []byte) {
	doc := document{retryAfter: -1}
	s := scan.New(body)
	isJSON := doc.read(s)
	if !isJSON {
		// What was read before the fault is not to be believed.
		doc = document{retryAfter: -1}
	}

	d.response.Status, d.response.Body, d.response.err = status, body, &d.err
	d.response.Header = header
	if d.err.Code = pkerr.MakeCode(doc.code, status); d.err.Code == 0 {
		d.err.Code = pkerr.MakeCode(0, status)
	}
	d.err.Message = doc.text(s, d.err.Code)
	if d.err.Message == "" && !isJSON && !d.response.Truncated {
		d.err.Message = plainText(header, body)
	}
	if d.err.Message == "" {
		d.err.Message = ownText(d.err.Code, status)
	}
	d.err.Fields = doc.fields
	if retry, ok := doc.retry(header); ok {
		d.retry = retry
		d.err.RetryAfter = &d.retry
	}
	if d.err.Scope = doc.scope; d.err.Scope == "" && status == http.StatusTooManyRequests {
		d.err.Scope = first(header, "X-Ratelimit-Scope")
	}
}

// ownText returns the text for an error that brought none. It is never empty.
func ownText(code pkerr.Code, status int) string {
	if code.Message() != "" || pkerr.Code(code.Status()).Message() != "" {
		return sentText(code, "")
	}
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "status " + strconv.Itoa(status)
}

// isTemplate tells whether text is one of the API's in which the reference is not filled in.
func isTemplate(text string) bool {
	return strings.IndexByte(text, '{') >= 0 && sentText(0, text) != text
}

// sentText returns the text that is sent for a code with this message. It is not that message where it is a template.
func sentText(code pkerr.Code, message string) string {
	return (&pkerr.Error{Code: code, Message: message}).Response().Message
}

// plainText returns a body that is a short text for people, and "" for any other.
func plainText(header http.Header, body []byte) string {
	mediaType, _, _ := strings.Cut(first(header, "Content-Type"), ";")
	if len(body) > maxText || !strings.EqualFold(strings.TrimSpace(mediaType), "text/plain") {
		return ""
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\uFEFF")))
	if bytes.HasPrefix(body, []byte("<")) || bytes.Contains(bytes.ToLower(body), []byte("<html")) {
		return ""
	}
	return strings.ToValidUTF8(string(body), string(utf8.RuneError))
}

// first returns the first value of a header, whose key is written as [http.CanonicalHeaderKey] writes it.
func first(header http.Header, key string) string {
	if values := header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// requestID returns what the edge calls this request: Fly's name for it, Cloudflare's, or anybody's.
func requestID(header http.Header) string {
	for _, key := range [...]string{"Fly-Request-Id", "Cf-Ray", "X-Request-Id"} {
		if id := first(header, key); id != "" {
			return id
		}
	}
	return ""
}
