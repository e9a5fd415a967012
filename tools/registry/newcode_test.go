package registry_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newRows are rows that the repository does not know. One refines a code that
// it knows. Their messages have references.
var newRows = newRow("20888/404", "ImageNotFound", "Image '{imageRef}' not found.", "") +
	newRow("20889/404", "MessageNotFoundWithRef", "Message '{messageRef}' not found.", "MessageNotFound")

func newRow(code, name, message, base string) string {
	return fmt.Sprintf(`,
        {
          "code": %q,
          "name": %q,
          "message": %q,
          "base": %q,
          "page": "",
          "meaning": "The image does not exist.",
          "cause": "",
          "action": "check_ref",
          "advice": "Check the ID.",
          "notes": [],
          "details": [],
          "variants": [],
          "sent": {"today": true, "how": "yes", "since": "", "until": ""},
          "source": "PluralKit.API/Errors.cs:999"
        }`, code, name, message, base)
}

// All tests pass after the three steps that add a code: its row, a text for
// users in English, and go generate. The tests of nested modules, and those
// that generate code for other languages, do not depend on the codes.
func TestNewCode(t *testing.T) {
	dir := t.TempDir()
	clone(t, dir)
	edit(t, dir, "internal/reference/codes.json", `(?s)("code": "20010/404".*?\n        \})`, "${1}"+newRows)
	for _, endpoint := range []string{"GET /messages/{id}", "GET /systems/{s}/members", "POST /systems/{s}/switches", "PATCH /members/{m}"} {
		edit(t, dir, "internal/reference/endpoints.json", regexp.QuoteMeta(`"`+endpoint+`", "codes": [`), "${0}\"20888\", \"20889\", ")
	}
	edit(t, dir, "locale/catalogs/en.json", `\n    "MemberGuildNotFound": .*`, "${0}\n    \"ImageNotFound\": \"The image “{ref}” couldn't be found.\","+
		"\n    \"MessageNotFoundWithRef\": \"The message “{ref}” couldn't be found.\",")
	goRun(t, dir, "generate", "./...")
	for file, want := range map[string]string{
		"codes.go":          "ImageNotFound Code = 20888_404",
		"docs/errors.md":    "### 20888/404 ImageNotFound",
		"docs/errors.json":  `"code": "20888/404"`,
		"docs/openapi.yaml": `message: "Image 'exmpl' not found."`,
	} {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		require.NoError(t, err)
		require.Contains(t, string(text), want, file)
	}
	goRun(t, dir, "vet", "./...")
	goRun(t, dir, "test", "./...")
	goRun(t, filepath.Join(dir, "tools"), "test", "-run", "^(TestCompare|TestErr|TestOpenAPI_Examples)", "./...")
}

// clone copies the files of the repository.
func clone(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); name == ".git" || name == "node_modules" {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil // the .git of a worktree
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	}))
}

// edit replaces the first match of a pattern in a file. There must be one.
func edit(t *testing.T, dir, file, pattern, replacement string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(file))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	match := regexp.MustCompile(pattern)
	old := match.FindString(string(text))
	require.NotEmpty(t, old, file)
	changed := strings.Replace(string(text), old, match.ReplaceAllString(old, replacement), 1)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
}

func goRun(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", cmd, out)
}
