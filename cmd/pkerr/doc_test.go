package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples in the package comment work, except those that need the network,
// which are not run.
func TestDoc_Examples(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.html"), []byte("<html></html>"), 0o600))
	count := 0
	for line := range strings.Lines(string(doc)) {
		example, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "//\t")
		if !ok || strings.HasPrefix(example, "curl") || strings.HasPrefix(example, "go ") || example == "pkerr serve" {
			continue
		}
		want := 0
		if strings.Contains(example, "pkerr decode") {
			want = 1 // these are errors
		}
		cmd := exec.CommandContext(t.Context(), bash, "--norc", "-c", example)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		require.NotNil(t, cmd.ProcessState, "%v", err)
		require.Equal(t, want, cmd.ProcessState.ExitCode(), "%s\n%s", example, out)
		count++
	}
	require.Equal(t, 8, count, "the number of examples")
}
