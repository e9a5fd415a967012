package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/pkerrtest"
)

func TestRun(t *testing.T) {
	want, err := os.ReadFile("testdata/transcript.txt")
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, run(t.Context(), &got))
	require.Equal(t, string(want), got.String(),
		"if the change is intended: go run . >testdata/transcript.txt")
}

func TestProxy_Success(t *testing.T) {
	api := pkerrtest.NewServer(t)
	api.On("PATCH /v2/members/{ref}").
		ReplyJSON(202, "later").
		ReplyFault(pkerrtest.FaultTruncated)
	log := slog.New(slog.DiscardHandler)
	caller := httptest.NewServer(newProxy(api.Client(), api.URL, "secret token", log))
	defer caller.Close()

	got, err := ask(t.Context(), caller.Client(), "PATCH", caller.URL+"/v2/members/abcde", `{}`)
	require.NoError(t, err)
	require.Equal(t, `202 "later"`, got)

	_, err = ask(t.Context(), caller.Client(), "PATCH", caller.URL+"/v2/members/abcde", `{}`)
	require.ErrorIs(t, err, io.EOF, "a partial response must not look complete")
}
