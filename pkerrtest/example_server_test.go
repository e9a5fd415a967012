package pkerrtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// rename is the code under test. It renames a member.
func rename(httpClient *http.Client, base, ref, name string) error {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPatch, base+"/v2/members/"+ref, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return client.Check(resp)
}

// printer is a testing.TB that prints what it reports.
type printer struct{ testing.TB }

func (printer) Helper()                           {}
func (printer) Cleanup(func())                    {}
func (printer) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// Test code that calls the API.
func ExampleNewServer() {
	t := new(testing.T) // the t of your test, which closes the server at its end

	api := pkerrtest.NewServer(t)
	api.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
	defer api.Close()

	err := rename(api.Client(), api.URL, "abcde", "Alice")
	if !errors.Is(err, pkerr.NotOwnMember) { // or require.ErrorIs(t, err, pkerr.NotOwnMember)
		t.Error(err)
	}
	fmt.Println(err)
	for _, r := range api.Requests() {
		fmt.Println(r.Status, r.Method, r.Path, string(r.Body))
	}
	// Output:
	// PATCH /v2/members/abcde: 30006/403: Target member is not part of your system.
	// 403 PATCH /v2/members/abcde {"name":"Alice"}
}

// A request that the script does not answer is logged, with the reason.
func ExampleNewServer_unscripted() {
	api := pkerrtest.NewServer(printer{})
	defer api.Close()
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)

	fmt.Println(rename(api.Client(), api.URL, "vwxyz", "Alice"))
	// Output:
	// pkerrtest: PATCH /v2/members/vwxyz: answered with a 405, because no pattern has its method for this path; the script has "GET /v2/members/{ref}"
	// PATCH /v2/members/vwxyz: 405: Method Not Allowed
}

// Require that every reply of the script was sent.
func ExampleServer_RequireDone() {
	api := pkerrtest.NewServer(printer{})
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").
		Reply(pkerr.TooManyRequests.WithRetryAfter(0)).Times(2).
		ReplyJSON(http.StatusOK, map[string]string{"id": "abcde"})

	fmt.Println(rename(api.Client(), api.URL, "abcde", "Alice"))
	api.RequireDone()
	// Output:
	// PATCH /v2/members/abcde: 429: too many requests (retry after 0s)
	// pkerrtest: the script was not used up:
	// 	"PATCH /v2/members/{ref}": reply 1, Reply(429: too many requests (retry after 0s)), was sent 1 of 2 times
	// 	"PATCH /v2/members/{ref}": reply 2, ReplyJSON(200), was sent 0 of 1 times
}

// Test a server that answers as the API does, with the client of this module.
func Example_server() {
	t := new(testing.T) // that of your test
	renameMember := server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		var fields pkerr.Fields
		fields.TooLong("name", 100, 101)
		return fields.Err()
	})

	api := pkerrtest.NewServer(t)
	defer api.Close()
	api.On("PATCH /v2/members/{ref}").ReplyHandler(renameMember)
	err := rename(api.Client(), api.URL, "abcde", "Alice")

	fmt.Println(errors.Is(err, pkerr.ModelParse)) // or require.ErrorIs(t, err, pkerr.ModelParse)
	pkerrtest.RequireFields(t, err, "name")
	fmt.Println(t.Failed())
	// Output:
	// true
	// false
}
