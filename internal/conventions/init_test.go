package conventions_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/pkerr/pkerr"
	_ "github.com/pkerr/pkerr/client"
	_ "github.com/pkerr/pkerr/locale"
	_ "github.com/pkerr/pkerr/pkerrtest"
	_ "github.com/pkerr/pkerr/server"
)

// Importing a package adds no work at program start. The runtime can trace that
// work for each package.
func TestInit_NoWork(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", trace)
	require.Contains(t, string(trace), "init runtime @", "there is a trace")
	ours := regexp.MustCompile(`(?m)^init github\.com/pkerr/pkerr(/\S+)? @.*`).FindAllString(string(trace), -1)
	for _, line := range ours {
		require.Contains(t, line, "internal/conventions", "there is work at program start")
	}
}
