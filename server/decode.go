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

// DecodeJSON decodes the body of r into dst, which must be a pointer, as [encoding/json] does with unknown members
// refused. Its errors are ready to be returned by a [HandlerFunc]:
//
//   - [pkerr.UnsupportedMediaType] where the Content-Type is not application/json or another JSON type, such as
//     application/merge-patch+json, or there is none. Its parameters do not matter.
//   - [pkerr.ContentTooLarge] where the body is longer than [WithBodyLimit] allows, which is 1 MiB by default.
//   - [pkerr.BadRequest] where the body is not one JSON document, is null, does not have the type of dst, or could not be
//     read.
//   - [pkerr.ModelParse] where the document has members that are unknown, or do not have the type that dst has there.
//     [pkerr.FieldErrors] names them by their paths, such as "color" or "proxy_tags[0].prefix", with the spelling of the
//     body: the first 32, cut to 256 bytes.
//
// Where the wrong members cannot be found the error is a BadRequest with no fields: at the end of a very large list, in a type
// whose own UnmarshalJSON refuses the whole, or in an interface of dst that holds a pointer already.
//
// The cause of each is the error behind it, so [errors.Is] still finds [context.Canceled] after a client that went away. A dst
// that is nil or no pointer is a mistake of the programmer, and its error a 500; a dst that JSON cannot fill, such as a channel,
// is one as well, though it looks like a fault of the caller.
//
// As with [encoding/json], keys match in any case and may be there twice, and null fits anything. Missing keys are for the
// handler to check, with [pkerr.Fields.Required]. On an error dst may be partly filled.
//
// To find what is wrong, parts of the body are decoded again, into new values of dst's type, so the methods UnmarshalJSON and
// UnmarshalText of the types in it can be called several times. The work is bounded by a small multiple of decoding once.
func DecodeJSON(w http.ResponseWriter, r *http.Request, dst any) error {
	if v := reflect.ValueOf(dst); v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("server: DecodeJSON needs a pointer that is not nil to decode into, and was given a %T", dst)
	}
	if got := r.Header.Get("Content-Type"); !isJSON(got) {
		if r.ContentLength != 0 {
			hangUp(w, r)
		}
		return pkerr.UnsupportedMediaType.WithCause(fmt.Errorf("the Content-Type is %.64q, want application/json", got))
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	if !json.Valid(body) {
		err := json.Unmarshal(body, new(json.RawMessage)) // which tells why
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is not a JSON document: %w", err))
	}
	document := bytes.TrimSpace(body)
	if string(document) == "null" {
		return pkerr.BadRequest.WithCause(fmt.Errorf("the body is null, want a %T", dst))
	}
	if err := decodeStrictly(document, dst); err != nil {
		if fields := culprits(document, reflect.TypeOf(dst).Elem()); len(fields) > 0 {
			return pkerr.ModelParse.WithCause(err).WithFields(fields)
		}
		return pkerr.BadRequest.WithCause(err)
	}
	return nil
}

// isJSON tells whether a Content-Type is a JSON type, by RFC 6839: application/json, or one with the suffix +json.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" || strings.Contains(mediaType, "/") && strings.HasSuffix(mediaType, "+json")
}

// readBody returns the whole body of r, or the error to answer with.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	limit := cmp.Or(configOf(r).bodyLimit, defaultBodyLimit)
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

// innermost returns the writer of net/http itself where it can be reached. Told by http.MaxBytesReader that a body is too large,
// it lingers before it closes the connection, so that a client that is still sending gets the answer.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}

// hangUp makes net/http close the connection after the answer, for what is left of the body is not read, and a client can let
// one wait for it. In HTTP/2 that is a matter of the one stream.
func hangUp(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
	}
}

func decodeStrictly(document []byte, dst any) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	return d.Decode(dst)
}
