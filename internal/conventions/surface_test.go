package conventions_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// There are none, because any importer could assign to one.
func TestSurface_NoExportedVariables(t *testing.T) {
	files, sources := readCode(t)
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

func TestSurface_NoInit(t *testing.T) {
	files, sources := readCode(t)
	for _, s := range sources {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				require.NotEqual(t, "init", f.Name.Name, "%s: importing costs nothing", files.Position(f.Pos()))
			}
		}
	}
}

func TestSurface_Documented(t *testing.T) {
	files, sources := readCode(t)
	packages := map[string]bool{} // by directory: whether it is documented
	seen := 0
	for _, s := range sources {
		dir := s.dir()
		if nested(dir) && strings.Contains(dir, "/internal/") {
			continue
		}
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

// declared returns what file declares, without the methods of unexported types.
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
					// The comment of a single type belongs to the declaration.
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

// exportedReceiver reports whether a method belongs to an exported type.
func exportedReceiver(receiver *ast.FieldList) bool {
	typ := receiver.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

// Constants cannot be changed, and two equal cases of a switch do not compile.
func TestSurface_DoesNotCompile(t *testing.T) {
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
