package main

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/pkerrtest"
)

// An htmlCode is a code as the page shows it.
type htmlCode struct {
	facts

	ID, Response string
	Rows         []row
	Hidden       bool // the search leaves it out
}

// withCode returns text as HTML, with what is between backticks as code.
func withCode(text string) template.HTML {
	text = template.HTMLEscapeString(text)
	text = regexp.MustCompile("`([^`]+)`").ReplaceAllString(text, "<code>$1</code>")
	return template.HTML(text) //nolint:gosec // It has been escaped.
}

// serveHTML answers with a page for browsers. Its forms send a search and a
// language, or a response to decode, so the page works without JavaScript.
func serveHTML(w http.ResponseWriter, r *http.Request) {
	_, tooLong := errors.AsType[*http.MaxBytesError](r.ParseForm())
	l, ok := locale.Match(r.FormValue(flagLang))
	who := audience{Localizer: l, wanted: ok}
	query, endpoint, pasted := r.FormValue("q"), r.FormValue(flagEndpoint), r.PostFormValue("response")
	var endpoints []string
	for e := range reference.Endpoints() {
		endpoints = append(endpoints, e.String())
	}
	var codes []htmlCode
	found := 0
	for c := range pkerr.Codes() {
		f := factsOf(match{code: c}, who)
		text := execute("explain", &listing{Codes: []facts{f}})
		var sent bytes.Buffer
		resp := pkerrtest.Response(sample(c))
		_ = resp.Write(&sent) // to memory
		_ = resp.Body.Close()
		response := strings.ReplaceAll(sent.String(), "\r\n", "\n")
		hidden := !strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(query))) ||
			endpoint != "" && !slices.ContainsFunc(f.Endpoints, func(s sender) bool { return s.Endpoint == endpoint })
		if !hidden {
			found++
		}
		codes = append(codes, htmlCode{f, reference.Code(c).Anchor(), response, rowsOf(text)[1:], hidden})
	}
	page := map[string]any{
		"Base": "http://" + r.Host, "Lang": l.String(), "Languages": languages(), "Endpoint": endpoint, "Endpoints": endpoints,
		"Query": query, "Codes": codes, "Found": found, "Pasted": pasted,
	}
	if tooLong {
		page["Problem"] = "the response has more than 1 MB"
	} else if strings.TrimSpace(pasted) != "" {
		if d, err := diagnose(readResponse([]byte(pasted)), 0, who); err == nil {
			page["Heading"], page["Rows"] = d.Heading(), rowsOf(execute("decode", d))[1:]
		} else {
			page["Problem"], _, _ = strings.Cut(err.Error(), "\n")
		}
	}
	var b bytes.Buffer
	t := template.New("page.html").Funcs(template.FuncMap{"withCode": withCode})
	_ = template.Must(t.ParseFS(texts, "texts/page.html")).Execute(&b, page) // to memory
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
}
