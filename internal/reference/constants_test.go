package reference_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// readComments returns the comments on the constants of type Code in codes.go, by the names of these.
func readComments(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../codes.go", nil, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	comments := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			comments[spec.Names[0].Name] = spec.Doc.Text()
		}
	}
	return comments
}

// words takes the line breaks out of a text, but not those between paragraphs.
func words(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// What an editor shows for a constant is what the table says of its code.
func TestCommentsOnTheConstants(t *testing.T) {
	comments := readComments(t)
	for e := range reference.Codes() {
		comment, ok := comments[e.Name]
		require.True(t, ok, "%s is a constant in codes.go", e.Name)
		require.Equal(t, string(e.Doc()), words(comment), "codes.go and codes.json say the same of %s", e.Name)
		delete(comments, e.Name)
	}
	require.Empty(t, comments, "each of these has a row in codes.json")
}
