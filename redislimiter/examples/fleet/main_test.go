package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

func TestMain(m *testing.M) {
	fleet.Main(fleet.Default()) // a process of a fleet is this program, too
	os.Exit(m.Run())
}

// It prints a row for each process.
func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out, 3, 2*time.Second))
	require.Regexp(t, `(?m)^process 3 +[1-9][0-9]* +[1-9][0-9]* +0$`, out.String())
	require.Regexp(t, `(?m)^in a second +[0-9.]+ +[0-9.]+$`, out.String())
}
