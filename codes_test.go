package pkerr_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// row is one row of testdata/errors.md.
type row struct {
	number  int64
	status  int
	message string
	name    string
}

func (r row) code() pkerr.Code { return pkerr.Code(r.number*1000 + int64(r.status)) }

// readTable returns all rows of testdata/errors.md, in order of number and
// status.
func readTable(t testing.TB) []row {
	t.Helper()
	text, err := os.ReadFile("testdata/errors.md")
	require.NoError(t, err)
	var rows []row
	var columns []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) == 1 {
			continue // not a row of a table
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == "number" {
			columns = cells
		}
		if cells[0] == "number" || cells[0] == "---" {
			continue
		}
		require.Len(t, cells, len(columns), "%s", line)
		cell := func(column string) string { return cells[slices.Index(columns, column)] }
		number, err := strconv.ParseInt(cell("number"), 10, 64)
		require.NoError(t, err, "%s", line)
		status, err := strconv.Atoi(cell("status"))
		require.NoError(t, err, "%s", line)
		rows = append(rows, row{number, status, cell("message"), cell("constant")})
	}
	require.Len(t, rows, 39)
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.code(), b.code()) })
	return rows
}

// readConstants parses codes.go and returns its constants of type Code by name.
func readConstants(t *testing.T) map[string]pkerr.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	constants := map[string]pkerr.Code{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			typ, ok := spec.Type.(*ast.Ident)
			require.True(t, ok && typ.Name == "Code", "%v has the type Code, spelled out", spec.Names)
			require.Len(t, spec.Names, 1, "%v are declared one a line", spec.Names)
			literal, ok := spec.Values[0].(*ast.BasicLit)
			require.True(t, ok, "%v is spelled as one number", spec.Names)
			value, err := strconv.ParseInt(literal.Value, 0, 64)
			require.NoError(t, err)
			constants[spec.Names[0].Name] = pkerr.Code(value)
		}
	}
	return constants
}

// The generated constants have the values of the hand-written table. There may
// be further constants.
func TestCodes_Constants(t *testing.T) {
	constants := readConstants(t)
	for _, r := range readTable(t) {
		require.Equal(t, r.code(), constants[r.name], "%s is its number and its status", r.name)
	}

	all := slices.Collect(pkerr.Codes())
	require.True(t, slices.IsSorted(all))
	require.ElementsMatch(t, all, slices.Collect(maps.Values(constants)))
	for name, c := range constants {
		require.Equal(t, name, c.Name())
	}
}

func TestCodes_Rows(t *testing.T) {
	for _, r := range readTable(t) {
		t.Run(r.name, func(t *testing.T) {
			c := pkerr.MakeCode(r.number, r.status)
			require.Equal(t, r.code(), c)
			require.Equal(t, r.number, c.Number())
			require.Equal(t, r.status, c.Status())
			require.Equal(t, r.name, c.Name())
			require.Equal(t, r.message, c.Message())
			found, ok := pkerr.Lookup(r.number, r.status)
			require.True(t, ok)
			require.Equal(t, c, found)

			refined := refines[r.number]
			if refined == 0 {
				require.Zero(t, c.Base())
				return
			}
			require.Equal(t, refined, c.Base().Number())
			require.Equal(t, r.status, c.Base().Status())
		})
	}
}

func TestCodes_StopsEarly(t *testing.T) {
	for c := range pkerr.Codes() {
		require.Equal(t, pkerr.BadRequest, c)
		break
	}
}
