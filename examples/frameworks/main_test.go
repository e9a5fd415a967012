package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	want, err := os.ReadFile("testdata/transcript.txt")
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, run(t.Context(), &got))
	require.Equal(t, string(want), got.String(),
		"if the change is intended: go run . >testdata/transcript.txt")
}
