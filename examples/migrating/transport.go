package migrating

import (
	"net/http"

	"github.com/starshine-sys/pkgo/v2"

	"github.com/pkerr/pkerr/client"
)

// A checkingTransport returns an error for every response with a 4xx or 5xx.
type checkingTransport struct{ next http.RoundTripper }

func (t checkingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode < 400 {
		return resp, err
	}
	defer resp.Body.Close()
	return nil, client.Check(resp)
}

// newSession returns a session of pkgo whose errors match those of package
// pkerr.
func newSession(token string) *pkgo.Session {
	session := pkgo.New(token)
	session.Client = &http.Client{Transport: checkingTransport{&client.Transport{}}}
	return session
}
