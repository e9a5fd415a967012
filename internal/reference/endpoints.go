package reference

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
)

// Endpoint is a method and a path of the API, with the errors that it sends
// besides those of the [Rules].
type Endpoint struct {
	// Method is GET, POST, PATCH or DELETE.
	Method string

	// Path follows the version. In it {s} is a system, {m} a member, {w} a
	// switch, {id} a message, and {g} a group or, after guilds, a Discord
	// server.
	Path string

	// Answers are the errors that it sends.
	Answers []Answer

	// Note says what else there is to know about it. It is usually empty.
	Note Text
}

// Answer is an error that an endpoint sends.
type Answer struct {
	Code Code

	// OnlyMe reports whether the endpoint sends it only if the system in the
	// path is @me.
	OnlyMe bool
}

// String returns the method and the path: "GET /systems/{s}".
func (e *Endpoint) String() string { return e.Method + " " + e.Path }

// HasBody reports whether requests to the endpoint have a body.
func (e *Endpoint) HasBody() bool {
	return e.Method == http.MethodPost || e.Method == http.MethodPatch
}

// Sends reports whether the endpoint sends c, by itself or by a rule.
func (e *Endpoint) Sends(c Code) bool {
	if slices.ContainsFunc(e.Answers, func(a Answer) bool { return a.Code == c }) {
		return true
	}
	for r := range Rules() {
		if r.Code == c && (r.Where == EveryEndpoint || r.Where == EveryBody && e.HasBody()) {
			return true
		}
	}
	return false
}

// Endpoints iterates over the endpoints of the API.
func Endpoints() iter.Seq[Endpoint] {
	return func(yield func(Endpoint) bool) {
		for _, e := range load().endpoints {
			e.Answers = slices.Clone(e.Answers)
			if !yield(e) {
				return
			}
		}
	}
}

// Senders iterates over the endpoints that send c other than by a rule.
func Senders(c Code) iter.Seq2[Endpoint, Answer] {
	return func(yield func(Endpoint, Answer) bool) {
		for e := range Endpoints() {
			i := slices.IndexFunc(e.Answers, func(a Answer) bool { return a.Code == c })
			if i >= 0 && !yield(e, e.Answers[i]) {
				return
			}
		}
	}
}

// parseEndpoint reads "GET /systems/{s}" and codes such as "401*". An asterisk
// stands for @me.
func (t *tables) parseEndpoint(endpoint string, codes []string, note Text) (Endpoint, error) {
	method, path, ok := strings.Cut(endpoint, " ")
	if !ok {
		return Endpoint{}, fmt.Errorf("%q is not a method and a path", endpoint)
	}
	e := Endpoint{Method: method, Path: path, Note: note}
	for _, text := range codes {
		anchor, onlyMe := strings.CutSuffix(text, "*")
		i := slices.IndexFunc(t.codes, func(e Entry) bool { return e.Code.Anchor() == anchor })
		if i < 0 {
			return Endpoint{}, fmt.Errorf("%s has the code %q, which is not in codes.json",
				endpoint, anchor)
		}
		e.Answers = append(e.Answers, Answer{Code: t.codes[i].Code, OnlyMe: onlyMe})
	}
	return e, nil
}
