package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// member is a member of a system.
type member struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
}

// api keeps a few members in memory.
type api struct {
	mu      sync.Mutex
	members map[string]member
}

// newAPI returns a handler for all routes. The handlers return errors, which
// package server writes.
func newAPI(log io.Writer) http.Handler {
	a := &api{members: map[string]member{"abcde": {ID: "abcde", Name: "Ada", Color: "ff8800"}}}

	mux := http.NewServeMux()
	mux.Handle("GET /v2/members/{ref}", server.HandlerFunc(a.getMember))
	mux.Handle("PATCH /v2/members/{ref}", server.HandlerFunc(a.patchMember))
	mux.Handle("POST /v2/systems/@me/switches", server.HandlerFunc(a.postSwitch))
	mux.Handle("GET /v2/systems/exmpl/members", server.HandlerFunc(a.privateMembers))
	mux.Handle("GET /v2/systems/@me/members", server.HandlerFunc(a.listMembers))
	mux.Handle("GET /v2/systems/@me/fronters", server.HandlerFunc(a.fronters))
	mux.Handle("GET /v2/systems/@me/constellations", server.HandlerFunc(a.constellations))
	mux.HandleFunc("GET /v2/proxied", badGateway)

	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	return server.Middleware(server.WithLogger(logger))(server.Routes(mux))
}

func (a *api) getMember(w http.ResponseWriter, r *http.Request) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	m, ok := a.members[r.PathValue("ref")]
	if !ok {
		return pkerr.MemberNotFound // a constant is an error
	}
	return writeJSON(w, m)
}

// color matches the colors that the API accepts.
var color = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

func (a *api) patchMember(w http.ResponseWriter, r *http.Request) error {
	var patch struct{ Name, Color, Description *string }
	if err := server.DecodeJSON(w, r, &patch); err != nil {
		return err
	}
	var fields pkerr.Fields
	tooLong := func(key string, value *string, maxLength int) {
		if value != nil && pkerr.Length(*value) > maxLength {
			fields.TooLong(key, maxLength, pkerr.Length(*value))
		}
	}
	tooLong("name", patch.Name, 100)
	tooLong("description", patch.Description, 1000)
	if patch.Color != nil && !color.MatchString(*patch.Color) {
		fields.Invalid("color")
	}
	if err := fields.Err(); err != nil {
		return err
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	m, ok := a.members[r.PathValue("ref")]
	if !ok {
		return pkerr.MemberNotFound
	}
	if patch.Name != nil {
		m.Name = *patch.Name
	}
	if patch.Color != nil {
		m.Color = *patch.Color
	}
	a.members[m.ID] = m
	return writeJSON(w, m)
}

func (a *api) postSwitch(w http.ResponseWriter, r *http.Request) error {
	var body struct{ Members []string }
	if err := server.DecodeJSON(w, r, &body); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ref := range body.Members {
		if _, ok := a.members[ref]; !ok {
			return pkerr.MemberNotFound.WithRef(ref) // becomes MemberNotFoundWithRef
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// privateMembers hides the members of another system.
func (a *api) privateMembers(http.ResponseWriter, *http.Request) error {
	return pkerr.UnauthorizedMemberList
}

// listMembers refuses every request, as if the rate limit were reached.
func (a *api) listMembers(http.ResponseWriter, *http.Request) error {
	return pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get")
}

// fronters has a bug. Its error is logged, but not sent.
func (a *api) fronters(http.ResponseWriter, *http.Request) error {
	return errors.New("open /var/lib/pk/switches.db: too many open files")
}

// constellations returns a code that this version of pkerr does not know.
func (a *api) constellations(http.ResponseWriter, *http.Request) error {
	return pkerr.MakeCode(20042, http.StatusNotFound).WithMessage("Constellation not found.")
}

// badGateway answers like a proxy that cannot reach its server.
func badGateway(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head></html>")
}

// writeJSON writes a success.
func writeJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

// serverLog is the log of the server, which the client prints at the end.
type serverLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// withoutTime drops the time, so that every run prints the same.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
