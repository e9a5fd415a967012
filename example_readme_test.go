package pkerr_test

// These are the programs of README.md, line for line. TestREADME_Programs
// checks that.

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

var members = map[string]string{"abcde": "Ada"}

func rename(_, _ string) error { return nil }

func showMember(httpClient *http.Client, url string) error {
	resp, err := httpClient.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()

	switch err := client.Check(resp); {
	case errors.Is(err, pkerr.MemberNotFound): // this error, or the one that refines it
		fmt.Println("There is no such member.")
	case errors.Is(err, pkerr.NotFound): // any other 404, known or not
		fmt.Println("There is nothing here.")
	case err != nil:
		return err // GET /v2/members/abcde: 401: Missing or invalid Authorization header
	}
	return nil
}

func advise(err error) string {
	switch pkerr.ActionOf(err) {
	case pkerr.ActionTreatAsSuccess, pkerr.ActionTreatAsEmpty:
		return "" // already done, or nothing there
	case pkerr.ActionRespectPrivacy:
		return "The owner keeps this private."
	case pkerr.ActionChangeToken:
		return "Please give me a new token."
	default:
		return "That did not work."
	}
}

func newClient() *http.Client {
	httpClient := &http.Client{Transport: &client.Transport{}}
	return httpClient
}

func renameMember(w http.ResponseWriter, r *http.Request) error {
	member, ok := members[r.PathValue("ref")]
	if !ok {
		return pkerr.MemberNotFound
	}
	var body struct{ Name string }
	if err := server.DecodeJSON(w, r, &body); err != nil {
		return err
	}
	if n := pkerr.Length(body.Name); n > 100 {
		var fields pkerr.Fields
		fields.TooLong("name", 100, n) // with max_length and actual_length
		return fields.Err()
	}
	return rename(member, body.Name) // any other error is a 500, and its text is not sent
}

type Interaction struct{ Locale, GuildLocale string }

func reply(interaction Interaction, err error) string {
	return locale.For(interaction.Locale, interaction.GuildLocale).Message(err)
}

func TestRenameMember(t *testing.T) {
	r := httptest.NewRequest("PATCH", "/v2/members/zzzzz", strings.NewReader(`{"name":"Ada"}`))
	r.Header.Set("Content-Type", "application/json")
	r.SetPathValue("ref", "zzzzz")
	w := httptest.NewRecorder()

	server.HandlerFunc(renameMember).ServeHTTP(w, r)

	require.ErrorIs(t, client.Check(w.Result()), pkerr.MemberNotFound)
	require.JSONEq(t, `{"message":"Member not found.","code":20002}`, w.Body.String())
}

func Example_readme() {
	mux := http.NewServeMux()
	mux.Handle("PATCH /v2/members/{ref}", server.HandlerFunc(renameMember))
	mux.Handle("GET /v2/members/{ref}", server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return pkerr.MemberNotFound
	}))
	api := httptest.NewServer(server.Middleware()(server.Routes(mux)))
	defer api.Close()

	fmt.Println(showMember(newClient(), api.URL+"/v2/members/abcde"))
	fmt.Println(showMember(newClient(), api.URL+"/v2/nowhere"))
	fmt.Println(advise(pkerr.UnauthorizedMemberList))
	fmt.Println(reply(Interaction{Locale: "sv-SE"}, pkerr.NotOwnMember))
	// Output:
	// There is no such member.
	// <nil>
	// There is nothing here.
	// <nil>
	// The owner keeps this private.
	// Den här medlemmen ingår inte i ditt system.
}
