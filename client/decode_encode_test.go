package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// Decoding and encoding again gives the same bytes for every body of the corpus
// that is written as the API writes today.
func TestDecode_EncodeAgain(t *testing.T) {
	count := 0
	for _, r := range rows(t) {
		body := r.body(t)
		if r.file != "corpus.jsonl" || !asTheAPIWrites(body) {
			continue
		}
		count++
		e, ok := errors.AsType[*pkerr.Error](client.Decode(r.Status, r.header(), body))
		require.True(t, ok)
		again, err := e.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(body), string(again), r.ID)
	}
	require.Greater(t, count, 120, "most of the corpus is in the API's form")
}

// errorBody and refusalBody are the two kinds of body, with their keys in the
// order of the API.
type errorBody struct {
	Message string `json:"message"`
	Code    int64  `json:"code"`
	Errors  map[string][]struct {
		Message      string `json:"message"`
		ActualLength *int   `json:"actual_length,omitempty"`
		MaxLength    *int   `json:"max_length,omitempty"`
	} `json:"errors,omitempty"`
}

type refusalBody struct {
	Message    string `json:"message"`
	RetryAfter int64  `json:"retry_after"`
	Scope      string `json:"scope,omitempty"`
	Code       int64  `json:"code"`
}

// asTheAPIWrites reports whether encoding/json would write body as it is.
func asTheAPIWrites(body []byte) bool {
	return rewritesTo[errorBody](body) || rewritesTo[refusalBody](body)
}

func rewritesTo[T any](body []byte) bool {
	var value T
	if json.Unmarshal(body, &value) != nil {
		return false
	}
	var again bytes.Buffer
	encoder := json.NewEncoder(&again)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value) == nil && again.String() == string(body)+"\n"
}

// Decode returns the Error that a server has sent.
func FuzzEncodeDecode(f *testing.F) {
	f.Add(int64(20003), uint16(404), "Member 'abcde' not found.", int64(-1), "", "", "", -1, -1)
	f.Add(int64(0), uint16(429), "429: too many requests", int64(19), "generic_get", "", "", -1, -1)
	f.Add(int64(40001), uint16(400), "Error parsing JSON model", int64(-1), "", "name", "Field name is too long.", 100, 101)
	f.Add(int64(99999), uint16(418), "<&> \u2028 \x00 \U0001F98A \"\\/\n", int64(1<<40), "\t", "", "", 0, 0)
	f.Fuzz(func(t *testing.T, number int64, status uint16, message string, retry int64, scope, key, text string, maxLength, actual int) {
		code := pkerr.MakeCode(number, 100+int(status%900))
		if code == 0 {
			return // not a code that can be sent
		}
		sent := &pkerr.Error{Code: code, Message: valid(message), Scope: valid(scope)}
		if retry >= 0 {
			sent.RetryAfter = new(time.Duration(min(retry, 1<<40)) * time.Millisecond)
		}
		if key != "" {
			o := pkerr.ErrorObject{Message: valid(text)}
			if maxLength >= 0 && actual >= 0 {
				o.MaxLength, o.ActualLength = &maxLength, &actual
			}
			sent.Fields.Add(valid(key), o)
			sent.Fields.Add(valid(key), pkerr.ErrorObject{Message: "again"})
		}
		body, err := sent.MarshalJSON()
		require.NoError(t, err)
		require.True(t, json.Valid(body), "%s", body)

		received, ok := errors.AsType[*pkerr.Error](client.Decode(code.Status(), nil, body))
		require.True(t, ok)
		// An empty message and a template are replaced.
		sent.Message = sent.Response().Message
		require.Equal(t, sent, received)
	})
}

func valid(s string) string {
	return string([]rune(s))
}

func TestCheck_RetryAfterIsRoundedUp(t *testing.T) {
	sent := pkerr.TooManyRequests.WithRetryAfter(1500 * time.Microsecond).WithScope("generic_update")
	body, err := sent.MarshalJSON()
	require.NoError(t, err)
	err = client.Check(&http.Response{StatusCode: 429, Body: io.NopCloser(bytes.NewReader(body))})
	wait, ok := pkerr.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, 2*time.Millisecond, wait, "rounded up to whole milliseconds")
}
