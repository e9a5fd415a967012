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

// maxText is how many bytes of text/plain may be the message.
const maxText = 512

// Decode returns the error for a response with this status, header and body: a
// [*ResponseError], which wraps a [*pkerr.Error]. It never returns nil, not
// even for a 2xx status. The header may be nil; its keys must be spelled as
// [http.Header.Set] spells them.
//
// The error retains header and body, so copy a body that will be reused.
//
// Use Decode if there is no [http.Response], or its body has been read;
// otherwise use [Check].
func Decode(status int, header http.Header, body []byte) error {
	d := new(decoded)
	d.decode(status, header, body)
	return &d.response
}

// decoded is all that an error consists of except the body, in one allocation.
type decoded struct {
	response ResponseError
	err      pkerr.Error
	retry    time.Duration
}

// decode sets d to what a response says. d.response.Truncated must be set
// before.
func (d *decoded) decode(status int, header http.Header, body []byte) {
	doc := document{retryAfter: -1}
	s := scan.New(body)
	isJSON := doc.read(s)
	if !isJSON {
		// Discard what was read before the syntax error.
		doc = document{retryAfter: -1}
	}

	d.response.Status, d.response.Header, d.response.Body = status, header, body
	d.response.err = &d.err
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

// ownText returns the message of an error that was sent without one. It is
// never empty.
func ownText(code pkerr.Code, status int) string {
	if code.Message() != "" || pkerr.Code(code.Status()).Message() != "" {
		return sentText(code, "")
	}
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "status " + strconv.Itoa(status)
}

// isTemplate reports whether text is one of the API's whose reference has not
// been filled in.
func isTemplate(text string) bool {
	return strings.IndexByte(text, '{') >= 0 && sentText(0, text) != text
}

// sentText returns the text that is sent for a code with this message, which
// differs from it if message is a template.
func sentText(code pkerr.Code, message string) string {
	return (&pkerr.Error{Code: code, Message: message}).Response().Message
}

// plainText returns a body that is a short text for people, and "" for any
// other.
func plainText(header http.Header, body []byte) string {
	if len(body) > maxText || !isTextPlain(header) || isCompressed(header) || !isText(body) {
		return ""
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\uFEFF")))
	if bytes.HasPrefix(body, []byte("<")) || bytes.Contains(bytes.ToLower(body), []byte("<html")) {
		return ""
	}
	return string(body)
}

func isTextPlain(header http.Header) bool {
	mediaType, _, _ := strings.Cut(first(header, "Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "text/plain")
}

func isCompressed(header http.Header) bool {
	encoding := strings.TrimSpace(first(header, "Content-Encoding"))
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// isText reports whether body is UTF-8 without any of the bytes that the MIME
// Sniffing Standard calls binary. A compressed body never is.
func isText(body []byte) bool {
	for _, c := range body {
		if c < ' ' && strings.IndexByte("\t\n\f\r\x1b", c) < 0 {
			return false
		}
	}
	return utf8.Valid(body)
}

// first returns the first value of a header. Its key must be spelled as
// [http.CanonicalHeaderKey] spells it.
func first(header http.Header, key string) string {
	if values := header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}
