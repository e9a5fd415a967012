package verbatim_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/verbatim"
)

// End stops at a byte exactly if JSON escapes it or it is not ASCII, at every
// place in a word and beside every other byte.
func TestEnd(t *testing.T) {
	for c := range 256 {
		odd := c < ' ' || c == '"' || c == '\\' || c >= 0x80
		for at := range 16 {
			body := []byte(strings.Repeat("a", 24))
			body[at] = byte(c)
			want := 24
			if odd {
				want = at
			}
			require.Equal(t, want, verbatim.End(body, 0), "%q", body)
			for second := range 256 {
				body[at+1] = byte(second)
				if odd {
					require.Equal(t, at, verbatim.End(body, 0), "%q", body)
				}
			}
		}
	}
}

func TestEnd_LessThanAWordLeft(t *testing.T) {
	const text = "0123456789abcdef"
	for start := range len(text) {
		for end := start; end <= len(text); end++ {
			words := (end - start) / 8
			require.Equal(t, start+8*words, verbatim.End([]byte(text[:end]), start))
		}
	}
	require.Zero(t, verbatim.End(nil, 0))
	require.Equal(t, 1, verbatim.End([]byte{'"'}, 1))
}
