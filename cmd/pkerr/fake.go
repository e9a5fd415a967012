package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

// A fake is the handler behind "pkerr serve".
type fake struct {
	*http.ServeMux

	api     *pkerrtest.Server // has the scripted routes, and answers others as the API does
	limited *pkerrtest.Server // has the rate limiter
}

// newFake returns a new fake with scripted routes. The caller must close it.
func newFake(routes []string) (*fake, error) {
	f := &fake{http.NewServeMux(), pkerrtest.NewServer(nil), pkerrtest.NewServer(nil, pkerrtest.WithRateLimit(pkerrtest.Rates{}))}
	for _, route := range routes {
		if err := f.script(route); err != nil {
			f.close()
			return nil, err
		}
	}
	for _, pattern := range []string{"/limited", "/limited/{what...}"} {
		f.limited.On(pattern).ReplyBytes(http.StatusOK, contentType("application/json"), `{"served":true}`)
		f.Handle(pattern, f.limited)
	}
	f.Handle("/", f.api)
	f.HandleFunc("/{$}", serveHTML)
	for _, pattern := range []string{"/codes/{code}", "/codes/{code}/{status}"} {
		f.HandleFunc(pattern, serveCode)
	}
	f.HandleFunc("/corpus/{id...}", serveCorpus)
	return f, nil
}

func (f *fake) close() {
	f.api.Close()
	f.limited.Close()
}

// ServeHTTP answers a request, and lets pages from any origin read the answer.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for key, value := range map[string]string{
		"Allow-Origin":      "*",
		"Allow-Methods":     "*",
		"Allow-Credentials": "true",
		"Allow-Headers":     "Content-Type, Authorization, sentry-trace, User-Agent",
		"Expose-Headers":    "X-PluralKit-Version, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope",
		"Max-Age":           "86400",
	} {
		w.Header().Set("Access-Control-"+key, value)
	}
	below, isBelow := strings.CutPrefix(r.URL.Path, "/as/")
	switch {
	case r.Method == http.MethodOptions:
		f.api.ServeHTTP(w, r) // any path
	case isBelow: // the mux would redirect a path with two slashes
		text, _, _ := strings.Cut(below, "/")
		r.SetPathValue("code", text)
		serveCode(w, r)
	default:
		f.ServeMux.ServeHTTP(w, r)
	}
}

// script adds a route, such as "GET /v2/x=20002" or "GET /v2/x=200 x.json".
func (f *fake) script(text string) (err error) {
	wrong := func(why string) error {
		return usage("--on "+quote(text)+": "+why, execute("on", nil))
	}
	m := regexp.MustCompile(`^\s*(?:([A-Za-z]+)\s+)?(/.*?)\s*=\s*([^\s:,@=]+)(?:[\s:,@]+(.+))?$`).FindStringSubmatch(text)
	if m == nil {
		return wrong("the route or the answer is missing")
	}
	path, answered, file := m[2], m[3], m[4]
	if !strings.HasPrefix(path, "/v2/") && len(parseRequest(path).endpoints()) > 0 {
		path = "/v2" + path // as the documentation writes it
	}
	status, _ := strconv.Atoi(answered)
	found, _ := exact(answered)
	defer func() {
		if v := recover(); v != nil { // the pattern is invalid or taken
			err = wrong(printable(fmt.Sprint(v)))
		}
	}()
	route := func() *pkerrtest.Route { return f.api.On(strings.TrimSpace(strings.ToUpper(m[1]) + " " + path)) }
	switch body, readErr := os.ReadFile(file); { //nolint:gosec // The caller names it.
	case file != "" && readErr != nil:
		return wrong("cannot read the file: " + reason(readErr))
	case file != "" && status >= 200 && status <= 999:
		route().ReplyBytes(status, contentType("application/json"), string(body))
	case file == "" && status >= 200 && status <= 399:
		route().ReplyBytes(status, nil, "")
	case file == "" && isFailure(found.code.Status()):
		route().ReplyHandler(codeHandler(found.code))
	default:
		return wrong(quote(answered) + " is neither a code nor a status")
	}
	return nil
}

// codeHandler returns a handler that answers with a code.
func codeHandler(c pkerr.Code) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		copyResponse(w, pkerrtest.Response(sample(c))) //nolint:bodyclose // copyResponse closes it.
	})
}

// sample returns an error with a code and the details that the API sends.
func sample(c pkerr.Code) error {
	var fields pkerr.Fields
	switch {
	case c == pkerr.ModelParse:
		fields.TooLong("name", 100, 101)
		fields.Invalid("color")
		return fields.Err()
	case c == pkerr.TooManyRequests:
		return c.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get")
	case strings.Contains(c.Message(), "{"):
		return c.WithRef("abcde")
	}
	return c
}

// serveCode answers with the code in the path, if it is that of an error.
func serveCode(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimSuffix(r.PathValue("code")+"/"+r.PathValue("status"), "/")
	if found, _ := exact(text); isFailure(found.code.Status()) {
		codeHandler(found.code).ServeHTTP(w, r)
		return
	}
	write(w, http.StatusNotFound, contentType("text/plain; charset=utf-8"), execute("no such code", nil))
}

// serveCorpus answers with a response from the corpus, or lists all of them.
func serveCorpus(w http.ResponseWriter, r *http.Request) {
	var names strings.Builder
	for id, resp := range pkerrtest.Responses() { //nolint:bodyclose // copyResponse closes it.
		if id == r.PathValue("id") {
			copyResponse(w, resp)
			return
		}
		names.WriteString("  /corpus/" + id + "\n")
	}
	status := http.StatusNotFound
	if r.PathValue("id") == "" {
		status = http.StatusOK
	}
	write(w, status, contentType("text/plain; charset=utf-8"), execute("responses", names.String()))
}

// copyResponse answers with a response.
func copyResponse(w http.ResponseWriter, resp *http.Response) {
	body, _ := io.ReadAll(resp.Body) // from memory
	_ = resp.Body.Close()
	write(w, resp.StatusCode, resp.Header, string(body))
}

func contentType(mediaType string) http.Header { return http.Header{"Content-Type": {mediaType}} }

// write sends exactly this response, with its length, as the API does.
func write(w http.ResponseWriter, status int, header http.Header, body string) {
	h := w.Header()
	h["Content-Type"] = nil // or net/http would guess one
	maps.Copy(h, header)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that is gone cannot be told
}
