package registry_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The programs on the page for other languages run unchanged, are short, and
// decode the corpus.
func TestOtherLanguages(t *testing.T) {
	page := string(read(t, "docs/other-languages.md"))
	for language, command := range map[string][]string{
		"js":     {"node", "--input-type=module"},
		"python": {"python3", "-"},
	} {
		t.Run(language, func(t *testing.T) {
			blocks := regexp.MustCompile("(?s)\n```"+language+"\n(.*?)```\n").FindAllStringSubmatch(page, -1)
			require.Len(t, blocks, 1)
			program := blocks[0][1]
			require.LessOrEqual(t, len(regexp.MustCompile(`(?m)^.*\S.*$`).FindAllString(program, -1)), 20)

			out, err := start(command, program)
			require.NoError(t, err, out)
			require.Regexp(t, `^1\d\d responses decoded\n$`, out)

			// The corpus detects a client that identifies an error by its
			// number alone.
			wrong := regexp.MustCompile(`(id = .*)/\$?\{status\}`).ReplaceAllString(program, "$1")
			require.NotEqual(t, program, wrong)
			out, err = start(command, wrong)
			require.Error(t, err)
			require.Contains(t, out, "doc-0-500")
		})
	}
}

// start runs a program in the root of the repository, and returns what it
// prints.
func start(command []string, program string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Stdin = root, strings.NewReader(program)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
