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
	api     *pkerrtest.Server // has the scripted routes, and answers others as the API does
	limited *pkerrtest.Server // has the rate limiter
}

// newFake returns a new fake with scripted routes. The caller must close it.
func newFake(routes []string) (*fake, error) {
	f := &fake{pkerrtest.NewServer(nil), pkerrtest.NewServer(nil, pkerrtest.WithRateLimit(pkerrtest.Rates{}))}
	for _, route := range routes {
		if err := f.script(route); err != nil {
			f.close()
			return nil, err
		}
	}
	for _, pattern := range []string{"/limited", "/limited/{what...}"} {
		f.limited.On(pattern).ReplyJSON(http.StatusOK, map[string]bool{"served": true})
	}
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
	root, below, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodOptions:
		f.api.ServeHTTP(w, r) // any path
	case r.URL.Path == "/":
		serveHTML(w, r)
	case root == "as":
		code, _, _ := strings.Cut(below, "/")
		serveCode(w, code)
	case root == "codes":
		serveCode(w, below)
	case root == "corpus":
		serveCorpus(w, below)
	case root == "limited":
		f.limited.ServeHTTP(w, r)
	default:
		f.api.ServeHTTP(w, r)
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
	if own := regexp.MustCompile(`^/(?:(?:as|codes|corpus|limited)(?:/.*)?)?$`); own.MatchString(path) {
		return wrong("pkerr serve answers " + quote(path) + " itself")
	}
	if !strings.HasPrefix(path, "/v2/") && len(parseRequest(path).endpoints()) > 0 {
		path = "/v2" + path // as the documentation writes it
	}
	status, _ := strconv.Atoi(answered)
	found, _ := exact(answered)
	defer func() {
		if v := recover(); v != nil { // the pattern is invalid or taken
			err = wrong(printable(regexp.MustCompile(` \(registered at [^)]*\)`).ReplaceAllLiteralString(fmt.Sprint(v), "")))
		}
	}()
	route := func() *pkerrtest.Route { return f.api.On(strings.TrimSpace(strings.ToUpper(m[1]) + " " + path)) }
	switch body, readErr := os.ReadFile(file); { //nolint:gosec // The caller names it.
	case file != "" && readErr != nil:
		return wrong("cannot read the file: " + reason(readErr))
	case file != "" && status >= 200 && status <= 999:
		route().ReplyBytes(status, http.Header{"Content-Type": {"application/json"}}, string(body))
	case file == "" && status >= 200 && status <= 399:
		route().ReplyBytes(status, nil, "")
	case file == "" && isFailure(found.code.Status()):
		route().Reply(sample(found.code))
	case file != "":
		return wrong("a file needs a status that has a body, not " + quote(answered))
	default:
		return wrong(quote(answered) + " is neither a code nor a status")
	}
	return nil
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

// serveCode answers with the code that a text means, if it is that of an error.
func serveCode(w http.ResponseWriter, text string) {
	if found, _ := exact(text); isFailure(found.code.Status()) {
		send(w, pkerrtest.Response(sample(found.code))) //nolint:bodyclose // send closes it.
		return
	}
	http.Error(w, execute("no such code", nil), http.StatusNotFound)
}

// serveCorpus answers with a response from the corpus, or lists all of them.
func serveCorpus(w http.ResponseWriter, id string) {
	var names strings.Builder
	for name, resp := range pkerrtest.Responses() { //nolint:bodyclose // send closes it.
		if name == id {
			send(w, resp)
			return
		}
		names.WriteString("\n  /corpus/" + name)
	}
	status := http.StatusNotFound
	if id == "" {
		status = http.StatusOK
	}
	http.Error(w, execute("responses", names.String()), status)
}

// send sends exactly this response, with its length, as the API does.
func send(w http.ResponseWriter, resp *http.Response) {
	defer func() { _ = resp.Body.Close() }() // from memory
	h := w.Header()
	h["Content-Type"] = nil // or net/http would guess one
	maps.Copy(h, resp.Header)
	if resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusNotModified {
		h.Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // a client that is gone cannot be told
}
