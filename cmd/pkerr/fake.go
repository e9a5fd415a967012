package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/pkerrtest"
)

// fake is what serve serves.
type fake struct {
	*http.ServeMux

	api *pkerrtest.Server // has the limiter, and what the API answers to what it does not know
}

// newFake returns a fake that has to be closed.
func newFake() *fake {
	f := &fake{http.NewServeMux(), pkerrtest.NewServer(nil, pkerrtest.WithRateLimit(pkerrtest.Rates{}))}
	for _, pattern := range []string{"/limited", "/limited/{what...}"} {
		f.api.On(pattern).ReplyBytes(http.StatusOK, contentType("application/json"), `{"served":true}`)
	}
	f.Handle("/", f.api)
	f.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { f.index(w, r, "") })
	for _, name := range []string{"codes", "corpus"} {
		index := func(w http.ResponseWriter, r *http.Request) { f.index(w, r, "/"+name+"/") }
		f.HandleFunc("/"+name, index)
		f.HandleFunc("/"+name+"/{$}", index)
	}
	f.HandleFunc("/codes/{code}", f.code)
	f.HandleFunc("/codes/{code}/{status}", f.code)
	f.HandleFunc("/corpus/{id}", f.corpus)
	return f
}

func (f *fake) close() { f.api.Close() }

// route is a line of the index.
type route struct {
	Path   string `json:"path"`
	Status int    `json:"status"`
	What   string `json:"what"`
}

// routes returns all that begin with a prefix.
func routes(prefix string) []route {
	all := []route{}
	for c := range pkerr.Codes() {
		all = append(all, route{"/codes/" + reference.Code(c).Anchor(), c.Status(), c.Name()})
	}
	for id, resp := range pkerrtest.Responses() { //nolint:bodyclose // It is closed at once.
		_ = resp.Body.Close() // it is a string
		all = append(all, route{"/corpus/" + id, resp.StatusCode, ""})
	}
	all = append(all, route{"/limited", http.StatusOK, "behind the rate limiter"},
		route{"/limited/@me", http.StatusOK, "the same, counted by the token of the Authorization header"})
	var some []route
	for _, r := range all {
		if strings.HasPrefix(r.Path, prefix) {
			some = append(some, r)
		}
	}
	return some
}

// index answers with what there is, as text or as JSON.
func (f *fake) index(w http.ResponseWriter, r *http.Request, prefix string) {
	all := routes(prefix)
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		body, _ := json.Marshal(map[string]any{"routes": all}) //nolint:errchkjson // Strings and numbers.
		write(w, http.StatusOK, contentType("application/json"), string(body)+"\n")
		return
	}
	var b strings.Builder
	for _, line := range all {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%d  %-40s %s", line.Status, line.Path, line.What), " ") + "\n")
	}
	write(w, http.StatusOK, contentType("text/plain; charset=utf-8"), b.String())
}

// code answers with a code: that of a constant, or any with the status of an error.
func (f *fake) code(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("code")
	if status := r.PathValue("status"); status != "" {
		text += "/" + status
	}
	found, ok := exact(text)
	if !ok || !isFailure(found.code.Status()) {
		f.missing(w, "/codes/")
		return
	}
	copyResponse(w, pkerrtest.Response(sample(found.code))) //nolint:bodyclose // It is closed by copyResponse.
}

// sample returns an error with a code and with all that the API says beside that.
func sample(c pkerr.Code) error {
	switch {
	case c == pkerr.ModelParse:
		var fields pkerr.Fields
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

// corpus answers with a response of the corpus.
func (f *fake) corpus(w http.ResponseWriter, r *http.Request) {
	for id, resp := range pkerrtest.Responses() { //nolint:bodyclose // It is closed by copyResponse.
		if id == r.PathValue("id") {
			copyResponse(w, resp)
			return
		}
	}
	f.missing(w, "/corpus/")
}

// missing says that there is no such thing here, in a way that nobody takes for an answer of the API.
func (f *fake) missing(w http.ResponseWriter, prefix string) {
	write(w, http.StatusNotFound, contentType("text/plain; charset=utf-8"),
		"pkerr serve: no such route; "+prefix+" has all\n")
}

// copyResponse answers with a response.
func copyResponse(w http.ResponseWriter, resp *http.Response) {
	body, _ := io.ReadAll(resp.Body) // from memory
	_ = resp.Body.Close()
	write(w, resp.StatusCode, resp.Header, string(body))
}

func contentType(mediaType string) http.Header { return http.Header{"Content-Type": {mediaType}} }

// write answers with exactly this, and the length, which is that of the API's own answers.
func write(w http.ResponseWriter, status int, header http.Header, body string) {
	h := w.Header()
	h["Content-Type"] = nil // or net/http would guess one
	maps.Copy(h, header)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // who does not listen cannot be told so
}
