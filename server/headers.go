package server

import (
	"net/http"
	"strings"
)

// dropStale removes the headers that describe a body that is not sent.
func dropStale(w http.ResponseWriter, h http.Header) {
	t := trackerOf(w)
	for key, values := range h {
		// Some keys are not in canonical form, such as ETag.
		switch canonical := http.CanonicalHeaderKey(key); canonical {
		case "Accept-Ranges", "Content-Digest", "Content-Disposition", "Content-Language",
			"Content-Length", "Content-Location", "Content-Md5", "Content-Range", "Content-Type",
			"Digest", "Etag", "Expires", "Last-Modified", "Location", "Repr-Digest", "Trailer",
			"Transfer-Encoding":
			delete(h, key)
		case "Content-Encoding":
			// A middleware that compresses sets it before the handler runs, and
			// encodes the error as well; a handler sets it for its own body. If
			// it is not known which of them did, keep it, as http.Error does.
			// The same holds behind another writer, which may be the one that
			// compresses.
			if t != nil {
				delete(h, key)
			}
		default:
			switch {
			case strings.HasPrefix(key, http.TrailerPrefix):
				delete(h, key)
			case isCacheControl(canonical):
				dropCaching(h, key, values)
			}
		}
	}
	if t != nil && t.encoding != nil {
		h["Content-Encoding"] = t.encoding
	}
}

// isCacheControl reports whether a header tells caches what to do, such as
// Cache-Control, CDN-Cache-Control (RFC 9213) and Surrogate-Control.
func isCacheControl(key string) bool {
	return key == "Cache-Control" || key == "Surrogate-Control" ||
		strings.HasSuffix(key, "-Cache-Control")
}

// dropCaching removes what a header says about caching a success, and forbids
// caches to store the error if they must not store the success.
func dropCaching(h http.Header, key string, values []string) {
	switch said := strings.ToLower(strings.Join(values, ",")); {
	case strings.Contains(said, "no-store"):
	case strings.Contains(said, "private"), strings.Contains(said, "no-cache"):
		h[key] = []string{"no-store"} // else a shared cache could keep a 404
	default:
		delete(h, key)
	}
}
