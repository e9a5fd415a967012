package pkerr_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is one file of this module that is not a test.
type source struct {
	path string
	file *ast.File
}

// readModule parses all packages of this module, but not those of modules nested in it.
func readModule(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	files := token.NewFileSet()
	var sources []source
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != ".":
			if entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_") {
				return fs.SkipDir
			}
			if nested, _ := filepath.Glob(filepath.Join(path, "go.mod")); nested != nil {
				return fs.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			sources = append(sources, source{path, file})
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	return files, sources
}

// Whatever is exported and variable can be changed by anybody, at any time, for everybody.
func TestNoExportedVariables(t *testing.T) {
	files, sources := readModule(t)
	for _, s := range sources {
		for _, decl := range s.file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					require.False(t, name.IsExported(), "%s: %s is an exported variable", files.Position(name.Pos()), name.Name)
				}
			}
		}
	}
}

func TestNoInit(t *testing.T) {
	files, sources := readModule(t)
	for _, s := range sources {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				require.NotEqual(t, "init", f.Name.Name, "%s: importing costs nothing", files.Position(f.Pos()))
			}
		}
	}
}

func TestEverythingExportedIsDocumented(t *testing.T) {
	files, sources := readModule(t)
	packages := map[string]bool{} // by directory: whether it is documented
	seen := 0
	for _, s := range sources {
		dir := filepath.Dir(s.path)
		packages[dir] = packages[dir] || s.file.Doc.Text() != ""
		for _, d := range declared(s.file) {
			if d.name.IsExported() {
				seen++
				require.NotEmpty(t, strings.TrimSpace(d.doc), "%s: %s has no comment", files.Position(d.name.Pos()), d.name.Name)
			}
		}
	}
	for dir, ok := range packages {
		require.True(t, ok, "the package in %s has a comment", dir)
	}
	require.Greater(t, seen, 60)
}

// declaration is a name that a file declares, and the comment on it.
type declaration struct {
	name *ast.Ident
	doc  string
}

// declared returns what file declares, but for the methods of types that are not exported.
func declared(file *ast.File) []declaration {
	var all []declaration
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil || exportedReceiver(decl.Recv) {
				all = append(all, declaration{decl.Name, decl.Doc.Text()})
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					// A type that stands alone has its comment on the declaration.
					all = append(all, declaration{spec.Name, decl.Doc.Text() + spec.Doc.Text()})
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						all = append(all, declaration{name, spec.Doc.Text()})
					}
				}
			}
		}
	}
	return all
}

// exportedReceiver tells whether a method is one of an exported type.
func exportedReceiver(receiver *ast.FieldList) bool {
	typ := receiver.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

// The documentation says so, and a reader may rely on it: what goes over the wire drags no HTTP into a program.
func TestImportsOfTheRoot(t *testing.T) {
	const module = "github.com/pkerr/pkerr/"
	ours := map[string]bool{module + "internal/oneline": true, module + "internal/verbatim": true}
	_, sources := readModule(t)
	for _, s := range sources {
		dir := filepath.ToSlash(filepath.Dir(s.path))
		if dir != "." && !ours[module+dir] {
			continue
		}
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			require.NotContains(t, path, "net/http", "%s", s.path)
			if !ours[path] {
				require.NotContains(t, path, ".", "%s imports the standard library alone", s.path)
			}
		}
	}
}

// What does not compile is no mistake that anybody can make.
func TestWhatDoesNotCompile(t *testing.T) {
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "source", nil)
	compile := func(body string) []string {
		file, err := parser.ParseFile(files, "snippet.go", "package p\n\nimport \"github.com/pkerr/pkerr\"\n\n"+body, 0)
		require.NoError(t, err)
		var problems []string
		config := types.Config{Importer: imports, Error: func(err error) { problems = append(problems, err.Error()) }}
		_, _ = config.Check("p", files, []*ast.File{file}, nil)
		return problems
	}

	require.Empty(t, compile("func f() error { return pkerr.NotFound }"))
	for _, assignment := range []string{"pkerr.NotFound = 1", "pkerr.NotFound++", "pkerr.NotFound = pkerr.Gone"} {
		problems := compile("func f() error { " + assignment + "; return pkerr.NotFound }")
		require.Contains(t, strings.Join(problems, "\n"), "cannot assign to pkerr.NotFound", assignment)
	}
	require.Contains(t, strings.Join(compile("var p = &pkerr.NotFound"), "\n"), "cannot take address of pkerr.NotFound")

	require.Empty(t, compile("func f(c pkerr.Code) { switch c { case pkerr.NotFound, pkerr.Gone: case pkerr.MemberNotFound: } }"))
	for _, twice := range []string{
		"case pkerr.NotFound, pkerr.NotFound:",
		"case pkerr.NotFound: case pkerr.Gone, 404:",
		"case pkerr.MemberNotFound: case 20002_404:",
	} {
		problems := compile("func f(c pkerr.Code) { switch c { " + twice + " } }")
		require.Contains(t, strings.Join(problems, "\n"), "duplicate case", twice)
	}
}
