package migrating

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// getByHand decodes the API's errors by hand, as many programs do.
func getByHand(c *http.Client, url string, dst any) error {
	resp, err := c.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		var body struct {
			Code       int    `json:"code"`
			Message    string `json:"message"`
			RetryAfter int    `json:"retry_after"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			return err // a proxy's HTML: invalid character '<' looking for ...
		}
		if resp.StatusCode == 429 {
			time.Sleep(time.Duration(body.RetryAfter) * time.Millisecond)
			return getByHand(c, url, dst) // refused again, forever
		}
		if body.Code == 20002 {
			return errNoMember
		}
		return errors.New(body.Message)
	}
	return json.NewDecoder(resp.Body).Decode(dst)
}

var errNoMember = errors.New("there is no such member")

// get does the same with package client. The Transport of c is a
// *client.Transport, which waits out rate limits.
func get(c *http.Client, url string, dst any) error {
	resp, err := c.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch err := client.Check(resp); {
	case errors.Is(err, pkerr.MemberNotFound):
		return errNoMember
	case err != nil:
		return fmt.Errorf("get %s: %w", url, err)
	}
	return json.NewDecoder(resp.Body).Decode(dst)
}
