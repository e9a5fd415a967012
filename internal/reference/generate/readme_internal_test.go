package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

func TestRenderREADME(t *testing.T) {
	const readme = `The code is 0 for two errors. Texts are in 3 languages.

<!-- codes: MemberNotFoundWithRef NotFound -->
stale
<!-- end of codes -->
The number alone is 0 for many.
`
	plainCodes := 0
	for e := range reference.Codes() {
		if e.Code.Number() == 0 {
			plainCodes++
		}
	}
	got, err := renderREADME(readme, 31)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(`The code is 0 for N errors. Texts are in 31 languages.

<!-- codes: MemberNotFoundWithRef NotFound -->
| number | status | constant | message | refines |
|---|---|---|---|---|
| 0 | 404 | `+"`NotFound`"+` | 404: Not Found |  |
| 20003 | 404 | `+"`MemberNotFoundWithRef`"+` | Member '{memberRef}' not found. | `+"`MemberNotFound`"+` |
<!-- end of codes -->
The number alone is 0 for N.
`, "0 for N", "0 for "+number(plainCodes)), string(got))
	again, err := renderREADME(string(got), 31)
	require.NoError(t, err)
	require.Equal(t, string(got), string(again))

	for old, want := range map[string]string{
		"<!-- end of codes -->": "no rows between",
		"WithRef NotFound":      "of which 1 are in the table",
		"in 3 languages":        `does not say "in 31 languages"`,
		"is 0 for":              `does not say "is 0 for `,
	} {
		replacement := ""
		if strings.HasPrefix(old, "WithRef") {
			replacement = "WithRef Lost"
		}
		_, err := renderREADME(strings.ReplaceAll(readme, old, replacement), 31)
		require.ErrorContains(t, err, want)
	}
}

func TestNumber(t *testing.T) {
	require.Equal(t, "ten", number(10))
	require.Equal(t, "twelve", number(12))
	require.Equal(t, "13", number(13))
}
