package pkerrtest_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
	"github.com/pkerr/pkerr/server"
)

// The response equals that of a server that calls server.Write.
func TestResponse(t *testing.T) {
	var fields pkerr.Fields
	fields.Invalid("color")
	errs := []error{
		pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"),
		fields.Err(),
		pkerr.MakeCode(0, 599),
		errors.New("secret"),
	}
	for code := range pkerr.Codes() {
		errs = append(errs, code)
	}
	for _, err := range errs {
		t.Run(err.Error(), func(t *testing.T) {
			resp := pkerrtest.Response(err)
			require.Nil(t, resp.Request)

			quiet := server.WithLogger(slog.New(slog.DiscardHandler))
			write := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.Write(w, r, err) })
			s := httptest.NewServer(server.Middleware(quiet)(write))
			defer s.Close()
			want, getErr := s.Client().Get(s.URL)
			require.NoError(t, getErr)
			defer want.Body.Close()
			want.Header.Del("Date")

			require.Equal(t, want.Status, resp.Status)
			require.Equal(t, want.StatusCode, resp.StatusCode)
			require.Equal(t, want.Header, resp.Header)
			require.Equal(t, want.ContentLength, resp.ContentLength)
			require.Equal(t, want.Proto, resp.Proto)
			require.True(t, resp.ProtoAtLeast(1, 1))
			wantBody, readErr := io.ReadAll(want.Body)
			require.NoError(t, readErr)
			body, readErr := io.ReadAll(resp.Body)
			require.NoError(t, readErr)
			require.Equal(t, string(wantBody), string(body))
			require.NoError(t, resp.Body.Close())

			decoded := client.Check(pkerrtest.Response(err))
			if code := pkerr.CodeOf(err); code != 0 {
				require.Equal(t, code, pkerr.CodeOf(decoded))
			} else {
				require.Equal(t, pkerr.InternalServerError, pkerr.CodeOf(decoded))
			}
		})
	}
}

func TestResponse_Nil(t *testing.T) {
	resp := pkerrtest.Response(nil)
	require.Equal(t, "204 No Content", resp.Status)
	require.Equal(t, 204, resp.StatusCode)
	require.Equal(t, http.Header{}, resp.Header)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, body)
	require.NoError(t, resp.Body.Close())
	require.NoError(t, client.Check(resp))
}
