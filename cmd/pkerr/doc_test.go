package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of the package's comment do what they say, but for those that need the network.
func TestDocExamples(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.html"), []byte("<html></html>"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "response.txt"), []byte(curlLimited), 0o600))
	count := 0
	for line := range strings.Lines(string(doc)) {
		example, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "//\t")
		synopsis := strings.Contains(example, "[-") || strings.Contains(example, "bash|zsh")
		if !ok || synopsis || strings.HasPrefix(example, "curl") || strings.HasPrefix(example, "go ") || !strings.Contains(example, "pkerr ") {
			continue
		}
		want := 0
		if strings.Contains(example, "pkerr decode") {
			want = 1 // these are errors
		}
		example, _, _ = strings.Cut(example, " | jq") // which not everybody has
		cmd := exec.CommandContext(t.Context(), bash, "--norc", "-c", example)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		require.NotNil(t, cmd.ProcessState, "%v", err)
		require.Equal(t, want, cmd.ProcessState.ExitCode(), "%s\n%s", example, out)
		count++
	}
	require.Equal(t, 14, count, "the number of examples")
}
