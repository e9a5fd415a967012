package reference

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

func TestParseEndpoint(t *testing.T) {
	e, err := parseEndpoint("GET /systems/{s}/switches/{w}", []string{"401*", "500", "20007"}, "A note.")
	require.NoError(t, err)
	require.Equal(t, Endpoint{
		Method: "GET", Path: "/systems/{s}/switches/{w}", Note: "A note.",
		Answers: []Answer{{pkerr.Unauthorized, true}, {pkerr.InternalServerError, false}, {pkerr.SwitchNotFound, false}},
	}, e)

	for _, codes := range []string{"", "*", "418", "20011", "20003/404", "404404", "-401", "401**"} {
		_, err := parseEndpoint("GET /systems/{s}", []string{codes}, "")
		require.Error(t, err, codes)
	}
	_, err = parseEndpoint("/systems/{s}", nil, "")
	require.EqualError(t, err, `"/systems/{s}" is not a method and a path`)
}

func TestReadOfABrokenFile(t *testing.T) {
	require.Panics(t, func() { read("nothing.json", new([]Entry)) })
	require.Panics(t, func() { read("codes.json", new([]Rule)) }, "of keys that nobody reads")
}
