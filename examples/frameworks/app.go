package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

// An endpoint is a part of the program that every framework serves. It does not
// depend on a framework, and returns its errors as is.
type endpoint struct {
	method, path string

	// answer returns the value to send as JSON, or nil if it has written to w.
	answer func(w io.Writer, r request) (any, error)
}

// request holds what the endpoints need from a request.
type request struct {
	ref    string              // from the path
	fail   string              // from the query: how to fail, "error" or "panic"
	decode func(dst any) error // the body
}

func endpoints() []endpoint {
	return []endpoint{
		{http.MethodGet, "/members", listMembers},
		{http.MethodGet, "/members/{ref}", getMember},
		{http.MethodPatch, "/members/{ref}", patchMember},
		{http.MethodGet, "/groups/{ref}", getGroup},
		{http.MethodGet, "/systems/{ref}", getSystem},
		{http.MethodGet, "/messages/{ref}", getMessage},
		{http.MethodGet, "/stats", getStats},
	}
}

// colonPath returns a path in the form of some frameworks, such as
// /members/:ref.
func colonPath(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// rename is the body of a PATCH.
type rename struct {
	Name string `json:"name"`
}

// errDatabase is an error whose text must not be sent to a client.
var errDatabase = errors.New("dial tcp 10.0.0.7:5432: password hunter2 refused")

// listMembers returns a list. If asked to fail, it does so halfway through
// writing the list.
func listMembers(w io.Writer, r request) (any, error) {
	if r.fail == "" {
		return []member{{"abcde", "Ada"}}, nil
	}
	if _, err := io.WriteString(w, `[{"id":"abcde"`); err != nil {
		return nil, err
	}
	if r.fail == "panic" {
		panic(errDatabase)
	}
	return nil, fmt.Errorf("reading members: %w", errDatabase)
}

// getMember fails with an error that has the reference of the missing member.
func getMember(_ io.Writer, r request) (any, error) {
	if r.ref != "abcde" {
		return nil, pkerr.MemberNotFound.WithRef(r.ref)
	}
	return member{"abcde", "Ada"}, nil
}

// patchMember fails with an error that says what is wrong with each field.
func patchMember(_ io.Writer, r request) (any, error) {
	var body rename
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	return renameMember(body)
}

func renameMember(body rename) (any, error) {
	const maxLength = 100
	if n := pkerr.Length(body.Name); n > maxLength {
		var fields pkerr.Fields
		fields.TooLong("name", maxLength, n)
		return nil, fields.Err()
	}
	return member{"abcde", body.Name}, nil
}

// getGroup fails with a constant.
func getGroup(io.Writer, request) (any, error) {
	return nil, fmt.Errorf("loading the group: %w", pkerr.GroupNotFound)
}

// getSystem fails with an error of another server. A missing system may be
// reported to the client; an invalid token of this server may not.
func getSystem(_ io.Writer, r request) (any, error) {
	if r.ref == "@me" {
		return nil, client.Decode(http.StatusUnauthorized, nil, nil)
	}
	body := []byte(`{"message":"System not found.","code":20001}`)
	return nil, server.Relay(client.Decode(http.StatusNotFound, nil, body))
}

// getMessage fails with an error that has the time to wait.
func getMessage(io.Writer, request) (any, error) {
	return nil, pkerr.TooManyRequests.WithRetryAfter(1200 * time.Millisecond)
}

// getStats fails with an error whose text is secret.
func getStats(_ io.Writer, r request) (any, error) {
	if r.fail == "panic" {
		panic(errDatabase)
	}
	return nil, fmt.Errorf("counting members: %w", errDatabase)
}
