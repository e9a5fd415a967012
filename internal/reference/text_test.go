package reference_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

func TestText(t *testing.T) {
	const text = reference.Text("[Ref] gives it, a [MemberNotFound] by [errors.Is]; `description_templates[0]` and [] stay.")
	require.Equal(t, "Ref gives it, a MemberNotFound by errors.Is; `description_templates[0]` and [] stay.", text.String())
	marshaled, err := text.MarshalText()
	require.NoError(t, err)
	require.Equal(t, text.String(), string(marshaled))
	require.Equal(t, "<Ref> gives it, a <MemberNotFound> by <errors.Is>; `description_templates[0]` and [] stay.",
		text.Link(func(name string) string { return "<" + name + ">" }))
}
