package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/server"
)

func TestRelay_RemoteErrors(t *testing.T) {
	theirs := remote{pkerr.Unauthorized.WithMessage(secret).WithRetryAfter(time.Second)}
	const relayed = `{"message":"` + secret + `","retry_after":1000,"code":0}`
	for name, test := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"a remote error":                     {theirs, 500, internalServerError},
		"a remote error, wrapped":            {fmt.Errorf("asking: %w", theirs), 500, internalServerError},
		"a remote error as a cause":          {pkerr.MakeCode(0, 502).WithCause(theirs), 502, `{"message":"502: Bad Gateway","code":0}`},
		"a remote error beside a code":       {errors.Join(theirs, pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"a remote error that wraps a code":   {remote{fmt.Errorf("x: %w", pkerr.NotFound)}, 500, internalServerError},
		"relayed":                            {server.Relay(theirs), 401, relayed},
		"wrapped and relayed":                {server.Relay(fmt.Errorf("asking: %w", theirs)), 401, relayed},
		"relayed and wrapped":                {fmt.Errorf("asking: %w", server.Relay(theirs)), 401, relayed},
		"relayed twice":                      {server.Relay(server.Relay(theirs)), 401, relayed},
		"a relayed error after a remote one": {errors.Join(remote{pkerr.Gone}, server.Relay(theirs)), 401, relayed},
		"a remote error after a relayed one": {errors.Join(server.Relay(errStore), remote{pkerr.Gone}), 500, internalServerError},
		"a relayed error as a cause":         {pkerr.NotFound.WithCause(server.Relay(theirs)), 404, `{"message":"404: Not Found","code":0}`},
		"a relayed plain error":              {server.Relay(errStore), 500, internalServerError},
		"a relayed code":                     {server.Relay(pkerr.Gone), 410, `{"message":"Unsupported API version","code":0}`},
		"relayed, joined":                    {server.Relay(errors.Join(errStore, theirs)), 401, relayed},
		"provided by As":                     {chain{theirs}, 500, internalServerError},
		"provided by As, wrapped":            {fmt.Errorf("x: %w", chain{fmt.Errorf("y: %w", theirs), pkerr.Gone}), 500, internalServerError},
		"a ResponseError provided by As":     {chain{client.Decode(401, nil, []byte(`{"message":"`+secret+`","code":0}`))}, 500, internalServerError},
		"provided by As, relayed":            {server.Relay(chain{theirs}), 401, relayed},
		"provided by As, beside a code":      {errors.Join(chain{theirs}, pkerr.NotFound), 404, `{"message":"404: Not Found","code":0}`},
		"provided by As, Remote is false":    {chain{local{pkerr.Gone}}, 410, `{"message":"Unsupported API version","code":0}`},
		"a code provided by As":              {chain{pkerr.Gone}, 410, `{"message":"Unsupported API version","code":0}`},
		"As returns true but sets nothing":   {emptyAs{pkerr.Gone}, 410, `{"message":"Unsupported API version","code":0}`},
		"a relayed success":                  {server.Relay(remote{pkerr.MakeCode(0, 204)}), 500, internalServerError},
		"Remote is false":                    {local{pkerr.Gone}, 410, `{"message":"Unsupported API version","code":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			requireBody(t, get(failing(test.err)), test.status, test.body)
		})
	}
}

// local has a method Remote that returns false.
type local struct{ error }

func (e local) Remote() bool  { return false }
func (e local) Unwrap() error { return e.error }

// chain is an error whose As method provides another, as in packages for
// multiple errors.
type chain []error

func (e chain) Error() string      { return e[0].Error() }
func (e chain) As(target any) bool { return errors.As(e[0], target) }

// emptyAs has an As method that returns true and sets nothing.
type emptyAs struct{ error }

func (emptyAs) As(any) bool     { return true }
func (e emptyAs) Unwrap() error { return e.error }

func TestRelay(t *testing.T) {
	require.NoError(t, server.Relay(nil))
	err := server.Relay(errStore)
	require.EqualError(t, err, errStore.Error())
	require.Equal(t, errStore, errors.Unwrap(err))
	require.ErrorIs(t, err, errStore)
}

func TestRelay_ResponseError(t *testing.T) {
	err := client.Decode(http.StatusUnauthorized, nil, []byte(`{"message":"`+secret+`","code":0}`))
	requireBody(t, get(failing(err)), 500, internalServerError)
	requireBody(t, get(failing(server.Relay(err))), 401, `{"message":"`+secret+`","code":0}`)
}

// A client decodes the error that a server writes.
func TestWrite_RoundTrip(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	sent := []*pkerr.Error{
		pkerr.MemberNotFound.WithRef("abcde"),
		pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"),
		pkerr.ModelParse.WithMessage("<>&").WithFields(fields),
		pkerr.MakeCode(0, 503).WithMessage("503: Service Unavailable"),
	}
	for code := range pkerr.Codes() {
		sent = append(sent, code.WithMessage("text"))
	}
	for _, e := range sent {
		s := httptest.NewServer(failing(e))
		response, err := s.Client().Get(s.URL)
		require.NoError(t, err)
		got, ok := errors.AsType[*pkerr.Error](client.Check(response))
		require.NoError(t, response.Body.Close())
		s.Close()
		require.True(t, ok)
		require.Equal(t, e.Code, got.Code)
		require.Equal(t, e.Response(), got.Response())
	}
}

// remoteWithAs is remote, and its As method returns false.
type remoteWithAs struct{ cause error }

func (remoteWithAs) Error() string   { return "remoteWithAs" }
func (s remoteWithAs) Unwrap() error { return s.cause }
func (remoteWithAs) Remote() bool    { return true }
func (remoteWithAs) As(any) bool     { return false }

func TestRelay_RemoteErrorOffersNothing(t *testing.T) {
	w := httptest.NewRecorder()
	server.Write(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody), remoteWithAs{pkerr.Unauthorized.WithMessage("hunter2")})
	require.Equal(t, 500, w.Code)
	require.NotContains(t, w.Body.String(), "hunter2")
}
