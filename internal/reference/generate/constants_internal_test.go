package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// A row can have a code that package pkerr does not have yet.
func TestRenderConstants_NewCode(t *testing.T) {
	groups := slices.Collect(reference.Groups())
	last := &groups[len(groups)-1]
	last.Codes = append(last.Codes, reference.Entry{
		Code: 60001_418, Name: "TeapotWithRef", Base: "MemberNotFound", Message: "Teapot '{potRef}' is short.",
		Meaning: "The teapot is short.", Advice: "Pour it out.", Action: reference.TreatAsEmpty,
	})
	text, err := renderConstants(slices.Values(groups))
	require.NoError(t, err)
	require.Contains(t, string(text), "\n\t// TeapotWithRef means that the teapot is short. Pour it out. It refines\n"+
		"\t// [MemberNotFound].\n\t//\n\t// Its message is \"Teapot '{potRef}' is short.\"\n\tTeapotWithRef Code = 60001_418\n")
	require.Contains(t, string(text),
		"\t{TeapotWithRef, \"TeapotWithRef\", \"Teapot '{potRef}' is short.\", MemberNotFound, ActionTreatAsEmpty},\n")
	require.Contains(t, string(text), "\n\tNotOwnGroupWithRef,\n\tTeapotWithRef,\n}\n")
}

// No code of the handwritten table is lost. Package pkerr would not compile
// without one, so its own tests cannot check that.
func TestRenderConstants_NoneLost(t *testing.T) {
	byHand, err := os.ReadFile(filepath.Join(root, "testdata", "errors.md"))
	require.NoError(t, err)
	constants, err := renderConstants(reference.Groups())
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| (\d{3}) \|.* \| ([A-Z]\w+) \| [^|]* \|$`).FindAllStringSubmatch(string(byHand), -1)
	require.Len(t, rows, 39)
	for _, row := range rows {
		var code reference.Code
		require.NoError(t, code.UnmarshalText([]byte(row[1]+"/"+row[2])))
		require.Contains(t, string(constants), "\n\t"+row[3]+" Code = "+literal(code)+"\n")
	}
}

// The first line marks the file as generated, and no comment is wider than 80
// columns.
func TestRenderConstants(t *testing.T) {
	text, err := renderConstants(reference.Groups())
	require.NoError(t, err)
	_, err = parser.ParseFile(token.NewFileSet(), "codes.go", text, 0)
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	require.Regexp(t, `^// Code generated .* DO NOT EDIT\.$`, first)
	widest := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); strings.Contains(line, "//") {
			widest = max(widest, len(strings.ReplaceAll(line, "\t", "    ")))
		}
	}
	require.LessOrEqual(t, widest, 80)
	require.Greater(t, widest, 76)
}

func TestDoc(t *testing.T) {
	e, _ := reference.Of(20007_404)
	require.Equal(t, "SwitchNotFound means that the switch does not exist. The API sends it for a switch UUID that it does not know."+
		" Read the list of switches again. [SwitchNotFoundPublic] also matches it.\n\nAn ID that is not a UUID gets a 500."+
		"\n\nIts message is \"Switch not found.\"", string(doc(&e)))

	e = reference.Entry{Name: "Gone", Message: "It went", Meaning: "PluralKit went.", Advice: "Move."}
	require.Equal(t, "Gone means that PluralKit went. Move.\n\nIts message is \"It went\".", string(doc(&e)))
}

func TestComment(t *testing.T) {
	word := strings.Repeat("x", 34)
	require.Equal(t, "// "+word+" "+word+" 1234567\n// a\n//\n// b", comment(0, reference.Text(word+" "+word+" 1234567 a\n\nb")))
	require.Equal(t, "// "+word+" "+word+"\n// 1234567", comment(4, reference.Text(word+" "+word+" 1234567")))
}

func TestLiteral(t *testing.T) {
	require.Equal(t, "404", literal(404))
	require.Equal(t, "20003_404", literal(20003_404))
	require.Equal(t, "ActionTreatAsEmpty", constant(reference.TreatAsEmpty))
	require.Equal(t, "ActionRetry", constant(reference.Retry))
}
