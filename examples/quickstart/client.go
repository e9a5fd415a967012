package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// call sends a request and returns the body of a success. client.Check turns
// any other response into an error.
func call(ctx context.Context, httpClient *http.Client, method, url, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "pkerr-quickstart")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := httpClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := client.Check(resp); err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

// tour sends one request after another, and prints how each error is handled.
func tour(ctx context.Context, out io.Writer, address string, log *serverLog) error {
	httpClient := &http.Client{Transport: &http.Transport{}}
	defer httpClient.CloseIdleConnections()
	t := &transcript{out: out}

	// ask prints a request and its response, and returns the error to handle.
	ask := func(title, method, path, body string) error {
		t.title(title)
		t.linef("request ", "%s %s %s", method, path, shorten(body))
		answer, err := call(ctx, httpClient, method, address+path, body)
		if err == nil {
			t.linef("response", "%s", answer)
			return nil
		}
		// If there is no ResponseError, the network failed and there was no
		// response.
		if response, ok := errors.AsType[*client.ResponseError](err); ok {
			t.linef("response", "%d %s", response.Status, response.Body)
		}
		t.linef("error   ", "%v", err)
		return err
	}

	if err := ask("A success", "GET", "/v2/members/abcde", ""); err != nil {
		return err
	}

	err := ask("Match an error by its code", "GET", "/v2/members/zzzzz", "")
	if errors.Is(err, pkerr.MemberNotFound) {
		t.linef("handled ", "errors.Is(err, pkerr.MemberNotFound): there is no such member")
	}

	err = ask("Match an error by its class", "GET", "/v2/nowhere", "")
	if errors.Is(err, pkerr.NotFound) && !errors.Is(err, pkerr.MemberNotFound) {
		t.linef("handled ", "errors.Is(err, pkerr.NotFound): matches every 404")
	}

	err = ask("Read which member it is about", "POST", "/v2/systems/@me/switches",
		`{"members":["abcde","vwxyz"]}`)
	if ref, ok := pkerr.Ref(err); ok && errors.Is(err, pkerr.MemberNotFound) {
		t.linef("handled ", "pkerr.Ref(err): %q; code %v is a MemberNotFound too",
			ref, pkerr.CodeOf(err).String())
	}

	long, _ := json.Marshal(map[string]string{"name": strings.Repeat("x", 101), "color": "orange"})
	err = ask("Show what is wrong with each field", "PATCH", "/v2/members/abcde", string(long))
	for key, o := range pkerr.FieldErrors(err).All() {
		if o.MaxLength != nil && o.ActualLength != nil {
			t.linef("handled ", "%s: %d characters, at most %d are allowed",
				key, *o.ActualLength, *o.MaxLength)
		} else {
			t.linef("handled ", "%s: %s", key, o.Message)
		}
	}

	err = ask("Send a field of the wrong type", "PATCH", "/v2/members/abcde", `{"name":7}`)
	if errors.Is(err, pkerr.ModelParse) {
		t.linef("handled ", "server.DecodeJSON found it: %v", pkerr.FieldErrors(err))
	}

	err = ask("Decide what to do", "GET", "/v2/systems/exmpl/members", "")
	if action := pkerr.ActionOf(err); action == pkerr.ActionRespectPrivacy {
		t.linef("handled ", "pkerr.ActionOf(err): %v; other 403s need another token", action)
	}

	err = ask("Wait for a rate limit", "GET", "/v2/systems/@me/members", "")
	if wait, ok := pkerr.RetryAfter(err); ok {
		t.linef("handled ", "pkerr.RetryAfter(err): the API says %v, which is not enough", wait)
	}
	if delay, ok := client.RetryDelay(err); ok {
		t.linef("handled ", "client.RetryDelay(err): retry in %v, as client.Transport does", delay)
	}

	err = ask("Get an HTML page from a proxy", "GET", "/v2/proxied", "")
	if errors.Is(err, pkerr.InternalServerError) {
		t.linef("handled ", "errors.Is(err, pkerr.InternalServerError): matches every 5xx")
	}

	err = ask("Get a code that is newer than this library", "GET",
		"/v2/systems/@me/constellations", "")
	if code := pkerr.CodeOf(err); code.Name() == "" && errors.Is(err, pkerr.NotFound) {
		t.linef("handled ", "%v has no constant yet, and matches pkerr.NotFound", code.String())
	}

	err = ask("Hit a bug in the server", "GET", "/v2/systems/@me/fronters", "")
	if errors.Is(err, pkerr.InternalServerError) {
		t.linef("handled ", "the cause is not sent; the server has logged it:")
		t.linef("log     ", "%s", strings.TrimSpace(log.String()))
	}
	return t.err
}

// transcript prints lines, and keeps the first write error.
type transcript struct {
	out     io.Writer
	chapter int
	err     error
}

func (t *transcript) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, args...)
	}
}

func (t *transcript) title(title string) {
	if t.chapter++; t.chapter > 1 {
		t.printf("\n")
	}
	t.printf("%d. %s\n", t.chapter, title)
}

func (t *transcript) linef(what, format string, args ...any) {
	t.printf("   %s  %s\n", what, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// shorten cuts the middle out of a long line.
func shorten(s string) string {
	if len(s) <= 60 {
		return s
	}
	return s[:20] + "…" + s[len(s)-20:]
}
