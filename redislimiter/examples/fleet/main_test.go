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
	fleet.Main(fleet.Default()) // the test program is also the program of a fleet's processes
	os.Exit(m.Run())
}

// run prints a row for each process.
func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out, 3, 2*time.Second))
	require.Regexp(t, `(?m)^process 3 +[1-9][0-9]* +[1-9][0-9]* +0$`, out.String())
	require.Regexp(t, `(?m)^per second +[0-9.]+ +[0-9.]+$`, out.String())
}
