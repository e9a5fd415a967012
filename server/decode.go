package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"reflect"
	"strings"

	"github.com/pkerr/pkerr"
)

const defaultBodyLimit int64 = 1 << 20

// DecodeJSON decodes the JSON body of r into dst, which must be a pointer, as
// [encoding/json] does: unknown keys are ignored unless
// [WithDisallowUnknownFields] refuses them. A handler can return its errors as
// is:
//
//   - [pkerr.UnsupportedMediaType] if the Content-Type is neither
//     application/json nor another JSON type, such as
//     application/merge-patch+json, or if the body is compressed.
//   - [pkerr.ContentTooLarge] if the body is longer than [WithBodyLimit]
//     allows; 1 MiB by default.
//   - The plain code of status 408 if the body did not arrive in time.
//   - [pkerr.BadRequest] if the body is not a single JSON document, is null,
//     does not fit the type of dst, or could not be read.
//   - [pkerr.ModelParse] if fields do not have the type that dst has for them.
//     [pkerr.FieldErrors] names them by their paths as spelled in the body,
//     such as "color" or "proxy_tags[0].prefix", cut to 256 bytes.
//
// At most 32 fields are named. Finding them takes at most a small multiple of
// the work of decoding; after that, only the list or object that contains the
// remaining ones is named. The text of the error says whether there may be
// more. If no field is at fault, because an UnmarshalJSON rejects the body as a
// whole or only the present value of dst rejects it, the error is a BadRequest.
//
// To find invalid fields, parts of the body are decoded into new values of
// dst's type. The methods UnmarshalJSON and UnmarshalText of its types may
// therefore be called several times. Panics in these additional calls are
// caught.
//
// The errors wrap their causes, such as [context.Canceled] after a client has
// disconnected. If dst is nil or not a pointer, or r is nil, the error is not
// one of the API, and is sent as a 500.
//
// As with [encoding/json], keys match in any case and may be repeated, and null
// fits any type. The handler must check for missing keys; see
// [pkerr.Fields.Required]. On error, dst may be partly filled.
func DecodeJSON(w http.ResponseWriter, r *http.Request, dst any) error {
	if err := checkDestination("DecodeJSON", dst); err != nil {
		return err
	}
	if r == nil {
		return errors.New("server: DecodeJSON needs a request, got nil")
	}
	if err := checkType(r.Header); err != nil {
		if r.ContentLength != 0 {
			closeConnection(w, r)
		}
		return err
	}
	c := configOf(r)
	body, err := c.readBody(w, r)
	if err != nil {
		return err
	}
	return c.decode(body, dst)
}

// UnmarshalJSON is like [DecodeJSON] for a body in memory, for frameworks
// without an [http.Request] and for messages of a socket. It returns the same
// errors and has the same limit, but does not check headers.
func UnmarshalJSON(data []byte, dst any, opts ...Option) error {
	if err := checkDestination("UnmarshalJSON", dst); err != nil {
		return err
	}
	c := new(config).with(opts)
	if limit := c.limit(); int64(len(data)) > limit {
		return pkerr.ContentTooLarge.WithCause(&http.MaxBytesError{Limit: limit})
	}
	return c.decode(data, dst)
}

func checkDestination(function string, dst any) error {
	if v := reflect.ValueOf(dst); v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("server: %s needs a pointer that is not nil, got a %T", function, dst)
	}
	return nil
}

// checkType returns an error unless the headers declare uncompressed JSON.
func checkType(h http.Header) error {
	if got := h.Get("Content-Type"); !isJSON(got) {
		return pkerr.UnsupportedMediaType.WithCause(
			fmt.Errorf("the Content-Type is %.64q, want application/json", got))
	}
	if got := h.Get("Content-Encoding"); got != "" && !strings.EqualFold(got, "identity") {
		return pkerr.UnsupportedMediaType.WithCause(
			fmt.Errorf("the Content-Encoding is %.64q, want none", got))
	}
	return nil
}

// isJSON reports whether a Content-Type is a JSON type, by RFC 6839:
// application/json, or one with the suffix +json.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" ||
		strings.Contains(mediaType, "/") && strings.HasSuffix(mediaType, "+json")
}

func (c *config) limit() int64 { return cmp.Or(c.bodyLimit, defaultBodyLimit) }

// readBody returns the whole body of r, or the error to answer with.
func (c *config) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	limit := c.limit()
	if r.ContentLength > limit {
		closeConnection(w, r)
		return nil, pkerr.ContentTooLarge.WithCause(&http.MaxBytesError{Limit: limit})
	}
	body, err := io.ReadAll(http.MaxBytesReader(innermost(w), r.Body, limit))
	if err == nil {
		return body, nil
	}
	code := pkerr.BadRequest
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		code = pkerr.ContentTooLarge
		closeConnection(w, r)
	} else if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		code = pkerr.MakeCode(0, http.StatusRequestTimeout)
		closeConnection(w, r)
	}
	return nil, code.WithCause(fmt.Errorf("reading the body: %w", err))
}

// innermost returns the writer of net/http itself if it can be reached. If
// http.MaxBytesReader tells that writer that a body is too large, it delays
// closing the connection, so that a client that is still sending gets the
// answer.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for next := unwrap(w); next != nil; next = unwrap(w) {
		w = next
	}
	return w
}

// closeConnection makes net/http close the connection after the answer, because
// the rest of the body is not read, and a client could make the server wait for
// it. In HTTP/2 this affects only the one stream.
func closeConnection(w http.ResponseWriter, r *http.Request) {
	if w != nil && r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
	}
}

// decode decodes a document into dst, which is a pointer.
func (c *config) decode(document []byte, dst any) error {
	document = bytes.TrimPrefix(document, []byte("\uFEFF")) // the byte order mark
	if !json.Valid(document) {
		err := json.Unmarshal(document, new(json.RawMessage)) // for its error
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is not a JSON document: %w", err))
	}
	document = bytes.TrimSpace(document)
	if string(document) == "null" {
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is null, want a %T", dst))
	}
	err := unmarshal(document, dst, c.disallowUnknownFields)
	if err == nil {
		return nil
	}
	fields, complete := invalidFields(document, reflect.TypeOf(dst).Elem(), c.disallowUnknownFields)
	if !complete {
		err = fmt.Errorf("%w (there may be more invalid fields than are named)", err)
	}
	if len(fields) == 0 {
		return pkerr.BadRequest.WithCause(err)
	}
	return pkerr.ModelParse.WithCause(err).WithFields(fields)
}

func unmarshal(document []byte, dst any, disallowUnknownFields bool) error {
	d := json.NewDecoder(bytes.NewReader(document))
	if disallowUnknownFields {
		d.DisallowUnknownFields()
	}
	return d.Decode(dst)
}
