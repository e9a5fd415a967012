package migrating

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/starshine-sys/pkgo/v2"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// session returns a session of pkgo that calls a fake API.
func session(api *pkerrtest.Server, transport http.RoundTripper) *pkgo.Session {
	s := newSession("token")
	s.BaseURL, s.Client = api.URL+"/v2", &http.Client{Transport: transport}
	return s
}

func TestCheckingTransport(t *testing.T) {
	api := pkerrtest.NewServer(t)
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	api.On("GET /v2/systems/{ref}").ReplyBytes(502, nil, "<html>Bad Gateway</html>")
	api.On("GET /v2/systems/{ref}/members").ReplyBytes(200, nil, `[{"id":"exmpl"}]`)
	s := session(api, checkingTransport{api.Client().Transport})

	_, err := s.Member("abcde")
	require.ErrorIs(t, err, pkerr.MemberNotFound)
	require.ErrorIs(t, err, pkerr.NotFound)
	var e *client.ResponseError
	require.ErrorAs(t, err, &e)
	require.Equal(t, 404, e.Status)

	_, err = s.System("exmpl")
	require.Equal(t, pkerr.ActionVerify, pkerr.ActionOf(err))

	members, err := s.Members("exmpl")
	require.NoError(t, err)
	require.Len(t, members, 1)
}

// pkgo's own error is no longer returned, so code that uses it has to change.
func TestCheckingTransport_ReplacesPkgosError(t *testing.T) {
	api := pkerrtest.NewServer(t)
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	_, err := session(api, checkingTransport{api.Client().Transport}).Member("abcde")
	var e *pkgo.PKAPIError
	require.NotErrorAs(t, err, &e)
}

func TestNewSession(t *testing.T) {
	transport := newSession("token").Client.Transport.(checkingTransport)
	require.IsType(t, &client.Transport{}, transport.next)
}

func TestFromPkgo(t *testing.T) {
	api := pkerrtest.NewServer(t)
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	api.On("GET /v2/members/{ref}").
		Reply(pkerr.MemberNotFoundWithRef.WithRef("abcde")).
		Reply(fields.Err()).
		Reply(pkerr.TooManyRequests.WithRetryAfter(0)).
		ReplyBytes(502, nil, "<html>Bad Gateway</html>")
	s := session(api, api.Client().Transport)
	get := func() error {
		_, err := s.Member("abcde")
		return fromPkgo(err)
	}

	err := get()
	require.ErrorIs(t, err, pkerr.MemberNotFound)
	require.Equal(t, pkerr.MemberNotFoundWithRef, pkerr.CodeOf(err))
	ref, _ := pkerr.Ref(err)
	require.Equal(t, "abcde", ref)
	var e *pkgo.PKAPIError
	require.ErrorAs(t, err, &e)

	err = get()
	require.Equal(t, fields, pkerr.FieldErrors(err))

	err = get()
	wait, ok := pkerr.RetryAfter(err)
	require.True(t, ok)
	require.Zero(t, wait)

	err = get()
	require.ErrorIs(t, err, pkerr.InternalServerError)
	require.Equal(t, pkerr.ActionVerify, pkerr.ActionOf(err))

	require.NoError(t, fromPkgo(nil))
	require.Equal(t, pkgo.ErrNoToken, fromPkgo(pkgo.ErrNoToken))
}

// The constants of pkgo are numbers without a status.
func TestPkgoConstants(t *testing.T) {
	require.NotErrorIs(t, pkerr.MemberNotFound, pkerr.Code(pkgo.MemberNotFound))
	require.Equal(t, pkerr.MemberNotFound, pkerr.MakeCode(pkgo.MemberNotFound, 404))
	require.EqualValues(t, pkgo.MemberNotFound, pkerr.MemberNotFound.Number())
}

func TestGet(t *testing.T) {
	api := pkerrtest.NewServer(t)
	api.On("GET /v2/members/{ref}").
		Reply(pkerr.MemberNotFound).
		ReplyBytes(502, nil, "<html>").
		ReplyBytes(200, nil, `{"id":"abcde"}`)
	url := api.URL + "/v2/members/abcde"
	var member struct{ ID string }

	require.Equal(t, errNoMember, get(api.Client(), url, &member))
	require.ErrorIs(t, get(api.Client(), url, &member), pkerr.InternalServerError)
	require.NoError(t, get(api.Client(), url, &member))
	require.Equal(t, "abcde", member.ID)
}

// getByHand makes the mistakes that the page describes.
func TestGetByHand(t *testing.T) {
	api := pkerrtest.NewServer(t)
	api.On("GET /v2/members/{ref}").
		Reply(pkerr.MemberNotFound).
		Reply(pkerr.TooManyRequests.WithRetryAfter(time.Millisecond)).
		ReplyBytes(502, nil, "<html>")
	url := api.URL + "/v2/members/abcde"
	require.Equal(t, errNoMember, getByHand(api.Client(), url, nil))
	require.ErrorContains(t, getByHand(api.Client(), url, nil), "invalid character '<'")
}

// All Go code on the page is part of this package.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrating.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var compiled strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		compiled.Write(text)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 5)
	for _, block := range blocks {
		require.Contains(t, unindent(compiled.String()), unindent(block[1]))
	}
	require.LessOrEqual(t, strings.Count(blocks[0][1], "\n"), 12, "lines of the RoundTripper")
}

// unindent removes the indentation of each line.
func unindent(text string) string {
	return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(text, "")
}
