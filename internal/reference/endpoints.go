package reference

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
)

// Endpoint is a method and a path of the API, and what it answers beside what [Rules] has.
type Endpoint struct {
	// Method is GET, POST, PATCH or DELETE.
	Method string

	// Path is what follows the version. In it {s} is a system, {m} a member, {w} a switch, {id} a message, and {g} a group or,
	// after guilds, a Discord server.
	Path string

	// Answers are the errors that it sends.
	Answers []Answer

	// Note is what else there is to say; mostly it is empty.
	Note Text
}

// Answer is an error that an endpoint answers.
type Answer struct {
	Code pkerr.Code

	// OnlyMe is whether it is sent only where the path says @me for the system.
	OnlyMe bool
}

// String returns what a request line begins with: "GET /systems/{s}".
func (e *Endpoint) String() string { return e.Method + " " + e.Path }

// HasBody tells whether requests to the endpoint have a body.
func (e *Endpoint) HasBody() bool { return e.Method == http.MethodPost || e.Method == http.MethodPatch }

// Sends tells whether the endpoint answers c, by itself or by a rule.
func (e *Endpoint) Sends(c pkerr.Code) bool {
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

// Senders iterates over the endpoints that have c among their answers. What they answer by a rule does not count.
func Senders(c pkerr.Code) iter.Seq2[Endpoint, Answer] {
	return func(yield func(Endpoint, Answer) bool) {
		for e := range Endpoints() {
			i := slices.IndexFunc(e.Answers, func(a Answer) bool { return a.Code == c })
			if i >= 0 && !yield(e, e.Answers[i]) {
				return
			}
		}
	}
}

// parseEndpoint reads "GET /systems/{s}" and codes such as "401*", where the asterisk stands for @me.
func parseEndpoint(endpoint string, codes []string, note Text) (Endpoint, error) {
	method, path, ok := strings.Cut(endpoint, " ")
	if !ok {
		return Endpoint{}, fmt.Errorf("%q is not a method and a path", endpoint)
	}
	e := Endpoint{Method: method, Path: path, Note: note}
	for _, text := range codes {
		number, onlyMe := strings.CutSuffix(text, "*")
		c, err := codeOf(number)
		if err != nil {
			return Endpoint{}, err
		}
		e.Answers = append(e.Answers, Answer{Code: c, OnlyMe: onlyMe})
	}
	return e, nil
}

// codeOf returns the constant with this number or, for a plain code, with this status.
func codeOf(text string) (pkerr.Code, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, err
	}
	for c := range pkerr.Codes() {
		if n == c.Number() || n == int64(c) {
			return c, nil
		}
	}
	return 0, fmt.Errorf("there is no code %s", text)
}
