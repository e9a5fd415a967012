package server

import (
	"bytes"
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
//     [pkerr.FieldErrors] names each of them by its path, such as "color" or "proxy_tags[0].prefix", with the spelling
//     of the body. Of very many it names the first 32, of very deep ones what contains them. A path over 256 bytes is cut.
//
// The cause of each is the error behind it, so [errors.Is] still finds [context.Canceled] or [io.ErrUnexpectedEOF] after a
// client that went away, and [errors.AsType] an [*http.MaxBytesError]. Where dst is no pointer, or nil, the error
// is none of the API, so that it becomes a 500.
//
// What [encoding/json] lets pass is passed: keys in another case, keys that are there twice, null for anything, and
// whatever a type's own UnmarshalJSON accepts. Missing keys are for the handler to check, with [pkerr.Fields.Required].
//
// On an error dst may be partly filled. To find what is wrong, DecodeJSON decodes parts of the body again, into new values of
// dst's type; the methods UnmarshalJSON and UnmarshalText of the types in it can therefore be called several times. The
// work is bounded by a small multiple of that of decoding the body once.
func DecodeJSON(w http.ResponseWriter, r *http.Request, dst any) error {
	if v := reflect.ValueOf(dst); v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("server: DecodeJSON needs a pointer that is not nil to decode into, and was given a %T", dst)
	}
	if got := r.Header.Get("Content-Type"); !isJSON(got) {
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
	limit := configOf(r).bodyLimit
	if limit == 0 {
		limit = defaultBodyLimit
	}
	w = innermost(w)
	if r.ContentLength > limit {
		refuseBody(w)
		return nil, pkerr.ContentTooLarge.WithCause(&http.MaxBytesError{Limit: limit})
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, pkerr.ContentTooLarge.WithCause(err)
	}
	if err != nil {
		return nil, pkerr.BadRequest.WithCause(fmt.Errorf("reading the body: %w", err))
	}
	return body, nil
}

// innermost returns the writer of net/http itself: http.MaxBytesReader tells that one, and no wrapper, when a body is too
// large.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}

// refuseBody makes net/http answer without reading the rest of the body, for which a client can let it wait. A
// MaxBytesReader that overflows is the way to say so.
func refuseBody(w http.ResponseWriter) {
	_, _ = http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0).Read(make([]byte, 1))
}

func decodeStrictly(document []byte, dst any) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	return d.Decode(dst)
}
