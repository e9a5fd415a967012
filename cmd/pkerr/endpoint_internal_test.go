package main

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// However an endpoint is written, it is found, with the same answers.
func TestFindEveryEndpoint(t *testing.T) {
	for e := range reference.Endpoints() {
		concrete := strings.NewReplacer("{s}", "exmpl", "{m}", "abcde", "{g}", "fghij", "{w}", "1f2e", "{id}", "12345").Replace(e.Path)
		for _, text := range []string{
			e.String(), strings.ToLower(e.Method) + "  " + e.Path + "/", e.Method + " /v2" + e.Path, e.Method + " " + e.Path[1:],
			e.Method + " " + concrete, e.Method + " https://api.pluralkit.me/v2" + concrete + "?limit=1#x", e.Method + " http://[::1]:80/v2" + concrete,
			e.Method + "\t" + concrete, e.Method + " \t api.pluralkit.me/v2" + concrete, e.Method + " localhost:8080/v2" + concrete,
			e.Method + " HTTPS://localhost/v2" + concrete + "#a?b://c/d",
			e.Method + " " + strings.NewReplacer("{", ":", "}", "").Replace(e.Path), e.Method + " " + strings.NewReplacer("{", "<", "}", ">").Replace(e.Path),
			e.Method + " " + strings.ReplaceAll(e.Path, "{s}", "%40me"),
		} {
			got, err := findEndpoint(parseRequest(text))
			require.NoError(t, err, text)
			require.Equal(t, e, got, text)
		}

		// Templates leave open who is asked about, and paths do not.
		require.Equal(t, e.Answers, answersTo(parseRequest(e.String()), &e))
		me, others := parseRequest(e.Method+" "+strings.ReplaceAll(e.Path, "{s}", "@me")), parseRequest(e.Method+" "+concrete)
		for _, a := range e.Answers {
			require.Contains(t, answersTo(me, &e), reference.Answer{Code: a.Code})
			require.Equal(t, !a.OnlyMe, containsCode(answersTo(others, &e), a.Code), "%s: %v", &e, a.Code)
		}
		require.Len(t, answersTo(me, &e), len(e.Answers))

		shown, onlyMe, err := listed(0, e.String(), true)
		require.NoError(t, err)
		require.Len(t, shown.Codes, len(e.Answers))
		for i, a := range e.Answers {
			require.Equal(t, a.Code.String(), shown.Codes[i].Code)
			require.Equal(t, a.OnlyMe, onlyMe[a.Code.String()])
		}
		for r := range reference.Rules() {
			listed := r.Where != reference.NoEndpoint && (r.Where != reference.EveryBody || e.HasBody())
			require.Equal(t, listed, slices.Contains(shown.Rules, ruleOf(r)), "%s: %v", &e, r)
		}
	}
}

func containsCode(answers []reference.Answer, c reference.Code) bool {
	return slices.ContainsFunc(answers, func(a reference.Answer) bool { return a.Code == c })
}

func TestListedByStatus(t *testing.T) {
	for status := 100; status <= 999; status++ {
		shown, _, err := listed(status, "", false)
		require.NoError(t, err)
		n := 0
		for c := range pkerr.Codes() {
			if c.Status() == status {
				require.Equal(t, c.String(), shown.Codes[n].Code)
				n++
			}
		}
		require.Len(t, shown.Codes, n)
	}
	require.Equal(t, "There is no such code with the status 503. A response with it counts as 0/500 InternalServerError.", noneWith(503))
	require.Equal(t, "There is no such code with the status 200.", noneWith(200))
	require.Equal(t, "It has no codes of its own.", noneWith(0))
}

func TestUnknownEndpoints(t *testing.T) {
	for text, want := range map[string][]string{
		"GET /members/a/b/c/d/e/f/g/h/i":    {allEndpoints},
		"GET /":                             {allEndpoints},
		"GET /foo":                          {allEndpoints},
		"https://api.pluralkit.me#/groups":  {allEndpoints},
		"":                                  {"it takes a method and a path, such as GET /members/{m}", allEndpoints},
		" \t":                               {"it takes a method and a path, such as GET /members/{m}", allEndpoints},
		"GET":                               {"it takes a method and a path, such as GET /members/{m}", allEndpoints},
		"patch ":                            {"it takes a method and a path, such as GET /members/{m}", allEndpoints},
		"GET /members/":                     {"it has", "  POST /members"},
		"HEAD /messages/1":                  {"it has", "  GET /messages/{id}"},
		"GET /members//groups":              {"did you mean", "  GET /members/{m}", "  PATCH /members/{m}", "  DELETE /members/{m}"},
		"GET /mesages/1":                    {"did you mean", "  GET /messages/{id}"},
		"POST /groups/a/member/ad":          {"did you mean", "  POST /groups/{g}/members/add"},
		"GET /systems/a/fronter":            {"did you mean", "  GET /systems/{s}/fronters", "  GET /systems/{s}", "  GET /systems/{s}/guilds/{g}"},
		"DELETE /systems/a/switch/b":        {"did you mean", "  DELETE /systems/{s}/switches/{w}", "  GET /systems/{s}/switches/{w}", "  PATCH /systems/{s}/switches/{w}"},
		"groups/a/members/overwrit":         {"did you mean", "  POST /groups/{g}/members/overwrite", "  GET /groups/{g}/members"},
		"/groups":                           nil,
		"/groups?next=https://a/b":          nil,
		"/groups#https://a/b":               nil,
		"GET /members/\x1b\u202e/x\nx/\xff": {"did you mean", "  GET /members/{m}/groups", "  GET /members/{m}/guilds/{g}"},
	} {
		_, err := findEndpoint(parseRequest(text))
		if want == nil {
			require.NoError(t, err)
			continue
		}
		var u *usageError
		require.ErrorAs(t, err, &u, text)
		if strings.Contains(text, "\x1b") {
			require.Contains(t, u.problem, `/\x1b\u202e/x\nx/\xff`)
			continue
		}
		require.Equal(t, want, u.hints, text)
	}
}

// What has no path is said to have none.
func TestEndpointWithoutPath(t *testing.T) {
	_, err := findEndpoint(parseRequest("get"))
	require.EqualError(t, err, `"GET" is no endpoint: it has no path`)
	_, err = findEndpoint(parseRequest(""))
	require.EqualError(t, err, `"" is no endpoint: it has no path`)
}

func TestPathDistance(t *testing.T) {
	for _, test := range []struct {
		template, path string
		want           int
	}{
		{"a/{x}/members", "a/1/members", 0},
		{"a/{x}/members", "a/1/member", 1},
		{"a/{x}/members", "a/1/other", 3},
		{"a/{x}/members", "a/members", 2},
		{"a/{x}/members", "a/1/2/members", 2},
		{"a/{x}/members", "a/1/2/member", 3},
		{"a/{x}/members", "a", math.MaxInt16},
		{"a/{x}/members", "a/1/2/3/members", math.MaxInt16},
	} {
		require.Equal(t, test.want, pathDistance(strings.Split(test.template, "/"), strings.Split(test.path, "/")), "%v", test)
	}
}

// A path of any length takes no time.
func TestLongPath(t *testing.T) {
	start := time.Now()
	_, err := findEndpoint(parseRequest("GET /systems" + strings.Repeat("/members", 5000)))
	require.Error(t, err)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestWithoutHost(t *testing.T) {
	for text, want := range map[string]string{
		"/a/b://c/d": "/a/b://c/d", ":s/x": ":s/x", "a/b": "a/b", "a.b/c": "c", "a:1/c": "c", "https://a/c": "c", "https://a": "", "": "",
	} {
		require.Equal(t, want, withoutHost(text), text)
	}
}
