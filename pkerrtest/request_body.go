package pkerrtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
)

// checkBody returns the status for a body that the API does not read, and why;
// 0 if the body is fine.
func checkBody(r *http.Request, body []byte) (status int, reason string) {
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
	default:
		return 0, ""
	}
	if len(body) == 0 {
		return 0, ""
	}
	switch mediaType := r.Header.Get("Content-Type"); {
	case mediaType == "":
		return http.StatusUnsupportedMediaType,
			"it has a body and no Content-Type; set application/json"
	case !isJSON(mediaType):
		return http.StatusUnsupportedMediaType,
			fmt.Sprintf("its Content-Type is %q; set application/json", mediaType)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if err := json.Unmarshal(body, new(json.RawMessage)); err != nil {
		return http.StatusBadRequest, fmt.Sprintf("its body is not JSON: %v", err)
	}
	return 0, ""
}

// isJSON reports whether the API takes a media type for JSON.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return mediaType == "application/json" || mediaType == "text/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// answerBody answers a request whose body the API does not read.
func answerBody(w http.ResponseWriter, status int) {
	if status == http.StatusUnsupportedMediaType {
		answer(w, status, mediaProblem,
			`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.16",`+
				`"title":"Unsupported Media Type","status":415,`+
				`"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}`)
		return
	}
	answerError(w, &pkerr.Error{Code: pkerr.BadRequest}, mediaJSON)
}
