package conventions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the relative path of the repository.
const root = "../.."

// source is one Go file. Its path is relative to the repository.
type source struct {
	path string
	file *ast.File
}

// test reports whether the file is a test.
func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// dir returns the directory of the file, "." for the root.
func (s source) dir() string { return filepath.ToSlash(filepath.Dir(s.path)) }

// readCode parses the Go files of this module and of nested ones, without
// tests.
func readCode(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	files, all := readSources(t)
	all = slices.DeleteFunc(all, source.test)
	require.NotEmpty(t, all)
	return files, all
}

// readModule parses the Go files of this module, without those of nested
// modules and without tests.
func readModule(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	files, all := readCode(t)
	all = slices.DeleteFunc(all, func(s source) bool { return nested(s.dir()) })
	require.NotEmpty(t, all)
	return files, all
}

// nested reports whether a directory belongs to a module nested in this one.
func nested(dir string) bool {
	for ; dir != "."; dir = filepath.ToSlash(filepath.Dir(dir)) {
		if _, err := os.Stat(filepath.Join(root, dir, "go.mod")); err == nil {
			return true
		}
	}
	return false
}

// readSources parses every Go file of the repository.
func readSources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	files := token.NewFileSet()
	var sources []source
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		file, err := parser.ParseFile(files, filepath.Join(root, path), nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		sources = append(sources, source{path, file})
	})
	require.NotEmpty(t, sources)
	return files, sources
}

// walk calls visit with the path of every file of the repository, relative to
// it.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.Type().IsRegular() && entry.Name() != ".git": // a file in a worktree
			path, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(path))
		}
		return nil
	}))
}
