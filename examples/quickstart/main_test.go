package main

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The transcript is what a newcomer reads, so all of it is asserted.
func TestTranscript(t *testing.T) {
	want, err := os.ReadFile("testdata/transcript.txt")
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, run(t.Context(), &got))
	require.Equal(t, string(want), got.String(), "where the change is meant: go run . > testdata/transcript.txt")
}

// full is a disk that takes nothing more.
type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAnErrorOfPrintingIsReported(t *testing.T) {
	require.ErrorIs(t, run(t.Context(), full{}), errFull)
}
