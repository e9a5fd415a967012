package client_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// row is a line of testdata: a response, and what a decoder should find in it.
// Absent keys of expect are not checked.
type row struct {
	file string

	ID         string            `json:"id"`
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       *string           `json:"body"`
	BodyBase64 []byte            `json:"body_base64"`
	Generate   json.RawMessage   `json:"generate"`
	Expect     expectation       `json:"expect"`
	// Each replaces a part of Expect, and is also acceptable.
	ExpectAlt []json.RawMessage `json:"expect_alt"`
}

type expectation struct {
	Code         *int64                    `json:"code"`
	Message      *string                   `json:"message"`
	RetryAfterMS *int64                    `json:"retry_after_ms"`
	Scope        *string                   `json:"scope"`
	FieldErrors  map[string][]expectObject `json:"field_errors"`
	Family       string                    `json:"family"`
}

type expectObject struct {
	Message      *string `json:"message"`
	MaxLength    *int64  `json:"max_length"`
	ActualLength *int64  `json:"actual_length"`
}

// generated are the bodies that are too large for the file.
var generated = map[string]func() string{
	"reflect-1mb": func() string {
		return `{"message":"Member '` + strings.Repeat("a", 1<<20) + `' not found.","code":20003}`
	},
	"errs-100k-items": func() string {
		return `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[` +
			strings.Repeat(`{"message":"m"},`, 99_999) + `{"message":"m"}]}}`
	},
	"errs-50k-fields": func() string {
		var b strings.Builder
		b.WriteString(`{"message":"Error parsing JSON model","code":40001,"errors":{`)
		for i := range 50_000 {
			fmt.Fprintf(&b, "%s\"f%d\":[{\"message\":\"m\"}]", ","[:min(i, 1)], i)
		}
		return b.String() + `}}`
	},
	"nested-9000": func() string {
		return `{"message":"System not found.","code":20001,"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`
	},
	"nested-10k": func() string {
		return `{"message":"System not found.","code":20001,"x":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}`
	},
	"nested-objects-100k": func() string {
		return strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	},
	"body-10mib-html": func() string {
		return "<html>" + strings.Repeat("<p>bad gateway</p>", 582_542) + "</html>"
	},
	"body-10mib-key": func() string {
		return `{"` + strings.Repeat("k", 10<<20) + `":1,"message":"System not found.","code":20001}`
	},
	"body-many-members": func() string {
		var b strings.Builder
		b.WriteByte('{')
		for i := range 200_000 {
			fmt.Fprintf(&b, `"k%d":0,`, i)
		}
		return b.String() + `"message":"System not found.","code":20001}`
	},
}

func (r row) body(tb testing.TB) []byte {
	switch {
	case r.Body != nil:
		return []byte(*r.Body)
	case r.BodyBase64 != nil:
		return r.BodyBase64
	}
	require.Contains(tb, generated, r.ID, "a row without a body needs a generator in this test")
	return []byte(generated[r.ID]())
}

func (r row) header() http.Header {
	header := http.Header{}
	for key, value := range r.Headers {
		header.Set(key, value)
	}
	return header
}

// rows returns the responses of both files: those that the API is known to
// send, and hostile ones.
func rows(tb testing.TB) []row {
	var all []row
	for name, want := range map[string]int{"corpus.jsonl": 191, "adversarial.jsonl": 95} {
		file, err := os.Open(filepath.Join("..", "testdata", name))
		require.NoError(tb, err)
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		count := 0
		for ; lines.Scan(); count++ {
			r := row{file: name}
			require.NoError(tb, json.Unmarshal(lines.Bytes(), &r))
			all = append(all, r)
		}
		require.NoError(tb, lines.Err())
		require.NoError(tb, file.Close())
		require.GreaterOrEqual(tb, count, want, "%s has lost rows", name)
	}
	return all
}

func TestDecode_Corpus(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			body := r.body(t)
			err := client.Decode(r.Status, r.header(), body)
			requireExpected(t, r, err)

			var e *client.ResponseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, r.Status, e.Status)
			require.Equal(t, string(body), string(e.Body), "the body is kept")
			require.False(t, e.Truncated)
		})
	}
}

func TestCheck_AgreesWithDecode(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			body := r.body(t)
			for _, length := range []int64{-1, 0, int64(len(body))} {
				resp := &http.Response{
					StatusCode: r.Status, Header: r.header(), Body: io.NopCloser(bytes.NewReader(body)), ContentLength: length,
				}
				err := client.Check(resp)
				if r.Status/100 == 2 {
					require.NoError(t, err)
					continue
				}
				var e *client.ResponseError
				require.ErrorAs(t, err, &e)
				requireClass(t, r.Status, err)
				require.Equal(t, len(body) > 64<<10, e.Truncated)
				require.Equal(t, string(body[:min(len(body), 64<<10)]), string(e.Body))
				if !e.Truncated {
					require.Equal(t, client.Decode(r.Status, r.header(), body), err)
				}
			}
		})
	}
}

// requireExpected fails unless err is as the row expects, or as one of its
// alternatives.
func requireExpected(t *testing.T, r row, err error) {
	t.Helper()
	requireClass(t, r.Status, err)
	differences := []string{difference(r.Expect, r.Status, err)}
	for _, alternative := range r.ExpectAlt {
		expect := r.Expect
		expect.FieldErrors = nil // Unmarshal would add to the map, and an alternative replaces it.
		var overridden map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(alternative, &overridden))
		if _, ok := overridden["field_errors"]; !ok {
			expect.FieldErrors = r.Expect.FieldErrors
		}
		require.NoError(t, json.Unmarshal(alternative, &expect))
		differences = append(differences, difference(expect, r.Status, err))
	}
	require.Contains(t, differences, "", "nothing that is expected came:\n%s", strings.Join(differences, "\n"))
}

// difference describes what is not as expected in err, or returns "".
func difference(want expectation, status int, err error) string {
	code := pkerr.CodeOf(err)
	wantCode := pkerr.MakeCode(0, status)
	if want.Code != nil {
		wantCode = pkerr.MakeCode(*want.Code, status)
	}
	if code != wantCode {
		return fmt.Sprintf("code %v, want %v", code, wantCode)
	}
	e, _ := errors.AsType[*pkerr.Error](err)
	if want.Message != nil && e.Message != *want.Message {
		return fmt.Sprintf("message %q, want %q", e.Message, *want.Message)
	}
	if strings.HasPrefix(strings.TrimSpace(e.Message), "<") || e.Message == "" {
		return fmt.Sprintf("message %q", e.Message)
	}
	wait, said := pkerr.RetryAfter(err)
	if said != (want.RetryAfterMS != nil) {
		return fmt.Sprintf("retry_after %v, %v", wait, said)
	}
	if said {
		wantWait := time.Duration(math.MaxInt64)
		if *want.RetryAfterMS < wantWait.Milliseconds() {
			wantWait = time.Duration(*want.RetryAfterMS) * time.Millisecond
		}
		if wait != wantWait {
			return fmt.Sprintf("retry_after %v, want %v", wait, wantWait)
		}
	}
	wantScope := ""
	if want.Scope != nil {
		wantScope = *want.Scope
	}
	if e.Scope != wantScope {
		return fmt.Sprintf("scope %q, want %q", e.Scope, wantScope)
	}
	if len(e.Fields["name"]) == 100_000 || len(e.Fields) == 50_000 {
		// The row does not list so many.
		return ""
	}
	return fieldDifference(want.FieldErrors, e.Fields)
}

func fieldDifference(want map[string][]expectObject, fields pkerr.Fields) string {
	count := 0
	for key, objects := range want {
		if len(objects) == 0 {
			continue
		}
		count++
		if len(fields[key]) != len(objects) {
			return fmt.Sprintf("key %q: %v, want %d errors", key, fields[key], len(objects))
		}
		for i, o := range objects {
			got := fields[key][i]
			if o.Message != nil && got.Message != *o.Message ||
				!sameLength(o.MaxLength, got.MaxLength) || !sameLength(o.ActualLength, got.ActualLength) {
				return fmt.Sprintf("key %q: error %d is %v", key, i, got)
			}
		}
	}
	if len(fields) != count {
		return fmt.Sprintf("fields %v, want %d keys", fields, count)
	}
	return ""
}

func sameLength(want *int64, got *int) bool {
	// With 32 bits a longer one is absent.
	if want != nil && *want > math.MaxInt {
		want = nil
	}
	if want == nil || got == nil {
		return want == nil && got == nil
	}
	return *want == int64(*got)
}

// requireClass fails unless err is a complete error that matches the class of
// status.
func requireClass(t *testing.T, status int, err error) {
	t.Helper()
	require.Error(t, err)
	var e *client.ResponseError
	require.ErrorAs(t, err, &e)
	require.NotNil(t, e, "a typed nil")
	inner, ok := errors.AsType[*pkerr.Error](err)
	require.True(t, ok)
	require.NotEmpty(t, inner.Message)
	require.True(t, utf8.ValidString(inner.Message))
	if plain := pkerr.MakeCode(0, status); plain != 0 {
		require.ErrorIs(t, err, plain)
	}
	switch {
	case status >= 500 && status <= 599:
		require.ErrorIs(t, err, pkerr.InternalServerError)
	case status >= 400 && status <= 499:
		class := pkerr.BadRequest
		if known, ok := pkerr.Lookup(0, status); ok {
			class = known
		}
		require.ErrorIs(t, err, class)
	default:
		require.NotErrorIs(t, err, pkerr.BadRequest)
		require.NotErrorIs(t, err, pkerr.InternalServerError)
	}
}
