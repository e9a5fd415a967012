package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/pkerr/pkerr"
)

const defaultBodyLimit int64 = 1 << 20

// DecodeJSON decodes the JSON body of r into dst, which must be a pointer, as
// [encoding/json] does: unknown keys are ignored unless
// [WithDisallowUnknownFields] refuses them. Its errors are ready to be returned
// by a [HandlerFunc]:
//
//   - [pkerr.UnsupportedMediaType] if the Content-Type is missing or is neither
//     application/json nor another JSON type, such as
//     application/merge-patch+json.
//   - [pkerr.ContentTooLarge] if the body is longer than [WithBodyLimit] allows,
//     which is 1 MiB by default.
//   - [pkerr.BadRequest] if the body is not one JSON document, is null, does not
//     have the type of dst, or could not be read.
//   - [pkerr.ModelParse] if fields of the document do not have the type that dst
//     has there. [pkerr.FieldErrors] names them by their paths, such as "color"
//     or "proxy_tags[0].prefix", with the spelling of the body: the first 32, cut
//     to 256 bytes.
//
// If the wrong fields cannot be found, the error is a BadRequest without fields:
// in a type whose UnmarshalJSON refuses the whole, or in an interface of dst that
// holds a pointer already.
//
// [errors.Is] finds the error behind each, such as [context.Canceled] after a
// client has gone away. A dst that is nil or not a pointer is a mistake of the
// programmer, and its error a 500.
//
// As with [encoding/json], keys match in any case and may be there twice, and
// null fits anything. Missing keys are for the handler to check, with
// [pkerr.Fields.Required]. On an error dst may be partly filled.
//
// To find what is wrong, parts of the body are decoded again into new values of
// dst's type, so the methods UnmarshalJSON and UnmarshalText of its types can be
// called several times. The work is bounded by a small multiple of decoding once.
func DecodeJSON(w http.ResponseWriter, r *http.Request, dst any) error {
	if err := checkDestination("DecodeJSON", dst); err != nil {
		return err
	}
	if r == nil {
		return errors.New("server: DecodeJSON needs a request, and was given nil")
	}
	if got := r.Header.Get("Content-Type"); !isJSON(got) {
		if r.ContentLength != 0 {
			hangUp(w, r)
		}
		return pkerr.UnsupportedMediaType.WithCause(
			fmt.Errorf("the Content-Type is %.64q, want application/json", got))
	}
	c := configOf(r)
	body, err := readBody(w, r, cmp.Or(c.bodyLimit, defaultBodyLimit))
	if err != nil {
		return err
	}
	return c.decode(body, dst)
}

// UnmarshalJSON is [DecodeJSON] of a body that was read already, for frameworks
// without a [http.Request] and for messages of a socket. It returns the same
// errors, except those about headers and reading, and has the same limit.
func UnmarshalJSON(data []byte, dst any, opts ...Option) error {
	if err := checkDestination("UnmarshalJSON", dst); err != nil {
		return err
	}
	c := config{}.with(opts)
	if limit := cmp.Or(c.bodyLimit, defaultBodyLimit); int64(len(data)) > limit {
		return pkerr.ContentTooLarge.WithCause(&http.MaxBytesError{Limit: limit})
	}
	return c.decode(data, dst)
}

func checkDestination(function string, dst any) error {
	if v := reflect.ValueOf(dst); v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("server: %s needs a pointer that is not nil, and was given a %T", function, dst)
	}
	return nil
}

// decode decodes a document into dst, which is a pointer.
func (c *config) decode(document []byte, dst any) error {
	if !json.Valid(document) {
		err := json.Unmarshal(document, new(json.RawMessage)) // which tells why
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is not a JSON document: %w", err))
	}
	document = bytes.TrimSpace(document)
	if string(document) == "null" {
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is null, want a %T", dst))
	}
	if err := unmarshal(document, dst, c.disallowUnknownFields); err != nil {
		fields := invalidFields(document, reflect.TypeOf(dst).Elem(), c.disallowUnknownFields)
		if len(fields) > 0 {
			return pkerr.ModelParse.WithCause(err).WithFields(fields)
		}
		return pkerr.BadRequest.WithCause(err)
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

// readBody returns the whole body of r, or the error to answer with.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > limit {
		hangUp(w, r)
		return nil, pkerr.ContentTooLarge.WithCause(&http.MaxBytesError{Limit: limit})
	}
	body, err := io.ReadAll(http.MaxBytesReader(innermost(w), r.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		hangUp(w, r)
		return nil, pkerr.ContentTooLarge.WithCause(err)
	}
	if err != nil {
		return nil, pkerr.BadRequest.WithCause(fmt.Errorf("reading the body: %w", err))
	}
	return body, nil
}

// innermost returns the writer of net/http itself if it can be reached. Told by
// http.MaxBytesReader that a body is too large, it lingers before it closes the
// connection, so that a client that is still sending gets the answer.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for next := below(w); next != nil; next = below(w) {
		w = next
	}
	return w
}

// hangUp makes net/http close the connection after the answer, because the rest
// of the body is not read, and a client could let the server wait for it. In
// HTTP/2 that concerns only the one stream.
func hangUp(w http.ResponseWriter, r *http.Request) {
	if w != nil && r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
	}
}

func unmarshal(document []byte, dst any, disallowUnknownFields bool) error {
	d := json.NewDecoder(bytes.NewReader(document))
	if disallowUnknownFields {
		d.DisallowUnknownFields()
	}
	return d.Decode(dst)
}
