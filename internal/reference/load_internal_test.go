package reference

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseEndpoint(t *testing.T) {
	tables := load()
	e, err := tables.parseEndpoint("GET /systems/{s}/switches/{w}", []string{"401*", "500", "20007"}, "A note.")
	require.NoError(t, err)
	require.Equal(t, Endpoint{
		Method: "GET", Path: "/systems/{s}/switches/{w}", Note: "A note.",
		Answers: []Answer{{401, true}, {500, false}, {20007_404, false}},
	}, e)

	for _, codes := range []string{"", "*", "418", "59999", "20003/404", "404404", "-401", "401**"} {
		_, err := tables.parseEndpoint("GET /systems/{s}", []string{codes}, "")
		require.ErrorContains(t, err, "which is not in codes.json", codes)
	}
	_, err = tables.parseEndpoint("/systems/{s}", nil, "")
	require.EqualError(t, err, `"/systems/{s}" is not a method and a path`)
}

func TestCheckCodes(t *testing.T) {
	row := func(c Code, name, base string) Entry {
		return Entry{Code: c, Name: name, Base: base, Message: "m", Meaning: "M.", Advice: "A."}
	}
	for want, codes := range map[string][]Entry{
		"":                                {row(404, "A", ""), row(1_404, "B", ""), row(2_404, "C", "B")},
		`1/404: "b" cannot be the name`:   {row(1_404, "b", "")},
		`1/404: "B C" cannot be the name`: {row(1_404, "B C", "")},
		"2/404: the name A is taken":      {row(1_404, "A", ""), row(2_404, "A", "")},
		"1/404 must not follow 2/404":     {row(2_404, "A", ""), row(1_404, "B", "")},
		"1/404 must not follow 1/404":     {row(1_404, "A", ""), row(1_404, "B", "")},
		"1/410: the number is taken":      {row(1_404, "A", ""), row(1_410, "B", "")},
		"1/404: no code before it has":    {row(1_404, "A", "B"), row(2_404, "B", "")},
		"1/404 needs a message":           {{Code: 1_404, Name: "A"}},
		"1/404: the message needs":        {{Code: 1_404, Name: "A", Message: `"`, Meaning: "M.", Advice: "A."}},
	} {
		err := checkCodes(codes)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}
