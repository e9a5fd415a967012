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

// An endpoint is a part of the program that every framework serves. It knows no
// framework, and returns its errors as they are.
type endpoint struct {
	method, path string

	// answer returns the value to send as JSON, or nil if it has written to w.
	answer func(w io.Writer, r request) (any, error)
}

// request is what the endpoints need of a request.
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

// colonPath returns a path such as /members/:ref for frameworks that spell it
// so.
func colonPath(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// rename is the body of a PATCH.
type rename struct {
	Name string `json:"name"`
}

// errDatabase stands for an error with a text that no client may see.
var errDatabase = errors.New("dial tcp 10.0.0.7:5432: password hunter2 refused")

// listMembers writes a list that fails half way if it is asked to.
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

// getMember fails with the reference that was not found.
func getMember(_ io.Writer, r request) (any, error) {
	if r.ref != "abcde" {
		return nil, pkerr.MemberNotFound.WithRef(r.ref)
	}
	return member{"abcde", "Ada"}, nil
}

// patchMember fails with what is wrong with each field.
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

// getSystem fails with an error of another server. That the system does not
// exist there is for everybody to know; that our token is bad is not.
func getSystem(_ io.Writer, r request) (any, error) {
	if r.ref == "@me" {
		return nil, client.Decode(http.StatusUnauthorized, nil, nil)
	}
	body := []byte(`{"message":"System not found.","code":20001}`)
	return nil, server.Relay(client.Decode(http.StatusNotFound, nil, body))
}

// getMessage fails with the time to wait.
func getMessage(io.Writer, request) (any, error) {
	return nil, pkerr.TooManyRequests.WithRetryAfter(1200 * time.Millisecond)
}

// getStats fails with a secret.
func getStats(_ io.Writer, r request) (any, error) {
	if r.fail == "panic" {
		panic(errDatabase)
	}
	return nil, fmt.Errorf("counting members: %w", errDatabase)
}
