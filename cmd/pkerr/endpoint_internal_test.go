package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// An endpoint is found, with the same answers, in every spelling.
func TestFindEndpoint_Spellings(t *testing.T) {
	for e := range reference.Endpoints() {
		concrete := strings.NewReplacer("{s}", "exmpl", "{m}", "abcde", "{g}", "fghij", "{w}", "1f2e", "{id}", "12345").Replace(e.Path)
		url := "https://api.pluralkit.me/v2" + concrete
		for _, text := range []string{
			e.String(), strings.ToLower(e.Method) + "  " + e.Path + "/", e.Method + " /v2" + e.Path, e.Method + " " + e.Path[1:],
			e.Method + " " + concrete, e.Method + " " + url + "?limit=1#x", e.Method + " http://[::1]:80/v2" + concrete,
			e.Method + "\t" + concrete, e.Method + " \t api.pluralkit.me/v2" + concrete, e.Method + " localhost:8080/v2" + concrete,
			e.Method + " HTTPS://localhost/v2" + concrete + "#a?b://c/d",
			e.Method + " " + strings.NewReplacer("{", ":", "}", "").Replace(e.Path), e.Method + " " + strings.NewReplacer("{", "<", "}", ">").Replace(e.Path),
			e.Method + " " + strings.ReplaceAll(e.Path, "{s}", "%40me"),
			"curl -X " + e.Method + " " + url, "curl -X" + e.Method + " '" + url + "?x=y'", "curl --request=" + e.Method + " " + url, "$ curl -s " + url + " -X " + e.Method,
			"http " + strings.ToLower(e.Method) + " " + url, "xh " + e.Method + " " + url, `fetch("` + url + `", {method: "` + e.Method + `"})`,
			"Invoke-RestMethod -Method " + e.Method + " -Uri " + url, `requests.` + strings.ToLower(e.Method) + `("` + url + `")`,
		} {
			got, err := findEndpoint(parseRequest(text))
			require.NoError(t, err, text)
			require.Equal(t, e, got, text)
		}

		// A path names a system; a template leaves it open.
		for path, isMe := range map[string]bool{e.Path: false, strings.ReplaceAll(e.Path, "{s}", "@me"): true, concrete: false} {
			shown, err := listed(0, []string{e.Method + " " + path}, audience{})
			require.NoError(t, err)
			var want []string
			for _, a := range e.Answers {
				if !a.OnlyMe || path != concrete {
					want = append(want, a.Code.String())
				}
				require.Equal(t, a.OnlyMe && path == e.Path && !isMe, shown.OnlyMe[a.Code.String()], "%s %v", path, a.Code)
			}
			var got []string
			for i := range shown.Codes {
				got = append(got, shown.Codes[i].Code)
			}
			require.Equal(t, want, got, path)
			for r := range reference.Rules() {
				listed := r.Where != reference.NoEndpoint && (r.Where != reference.EveryBody || e.HasBody())
				require.Equal(t, listed, slices.Contains(shown.Rules, r), "%s: %v", &e, r)
			}
		}
	}
}

// A HEAD finds the endpoint of a GET, and the list says how it is answered.
func TestFindEndpoint_Head(t *testing.T) {
	for _, text := range []string{"HEAD /v2/members/abcde", "head /members/abcde", "curl -I https://api.pluralkit.me/v2/members/abcde", "curl --head https://api.pluralkit.me/v2/members/abcde"} {
		e, err := findEndpoint(parseRequest(text))
		require.NoError(t, err, text)
		require.Equal(t, "GET /members/{m}", e.String(), text)
		out, _, status := runIn(t, nil, "list", "--endpoint", text)
		require.Equal(t, exitOK, status)
		require.Contains(t, out, "A HEAD is answered like a GET, but without a body", text)
	}
	out, _, _ := runIn(t, nil, "list", "--endpoint", "GET /v2/members/abcde")
	require.NotContains(t, out, "HEAD")
	for text, want := range map[string]string{
		`await axios.post("https://api.pluralkit.me/v2/members", {name: "x"})`:       "POST /members",
		`requests.patch("https://api.pluralkit.me/v2/members/abcde", json=body)`:     "PATCH /members/{m}",
		"curl -G https://api.pluralkit.me/v2/systems/exmpl/switches -d limit=1":      "GET /systems/{s}/switches",
		"curl -d limit=1 --get https://api.pluralkit.me/v2/systems/exmpl/switches":   "GET /systems/{s}/switches",
		"curl -d name=x https://api.pluralkit.me/v2/members -H 'Accept: text/plain'": "POST /members",
	} {
		e, err := findEndpoint(parseRequest(text))
		require.NoError(t, err, text)
		require.Equal(t, want, e.String(), text)
	}
	e, err := findEndpoint(parseRequest("curl https://api.pluralkit.me/v2/members/abcde"))
	require.NoError(t, err)
	require.Equal(t, "GET /members/{m}", e.String(), "a command that names no method")
}

func TestListed_Status(t *testing.T) {
	for status := 100; status <= 999; status++ {
		shown, err := listed(status, nil, audience{})
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
	for status, want := range map[string]string{
		"503": "There is no code with the status 503. A response with this status counts as 0/500 InternalServerError.\n",
		"200": "There is no code with the status 200.\n",
	} {
		out, _, _ := runIn(t, nil, "list", "--status", status)
		require.Equal(t, want, out)
	}
}

func TestFindEndpoint_Unknown(t *testing.T) {
	const allEndpoints = "pkerr list --endpoints shows all endpoints"
	const onPath = "the endpoints on this path are"
	const noPath = "an endpoint is a method and a path, such as GET /members/{m}"
	for text, want := range map[string][]string{
		"GET /members/a/b/c/d/e/f/g/h/i":     {allEndpoints},
		"GET /":                              {allEndpoints},
		"GET /foo":                           {allEndpoints},
		"https://api.pluralkit.me#/groups":   {allEndpoints},
		"":                                   {noPath, allEndpoints},
		" \t":                                {noPath, allEndpoints},
		"GET":                                {noPath, allEndpoints},
		"patch ":                             {noPath, allEndpoints},
		"GET /members/":                      {onPath, "  POST /members"},
		"PUT /messages/1":                    {onPath, "  GET /messages/{id}"},
		"PURGE /messages/1":                  {onPath, "  GET /messages/{id}"},
		"OPTIONS /messages/1":                {onPath, "  GET /messages/{id}"},
		"/members/abcde":                     {onPath, "  GET /members/{m}", "  PATCH /members/{m}", "  DELETE /members/{m}"},
		"GET /mesages/1":                     {"did you mean", "  GET /messages/{id}"},
		"GET /systms/abcde/member":           {"did you mean", "  GET /systems/{s}/members"},
		"POST /groups/a/member/ad":           {"did you mean", "  POST /groups/{g}/members/add"},
		"groups/a/members/overwrit":          {"did you mean", "  POST /groups/{g}/members/overwrite"},
		"/groups":                            nil,
		"/groups?next=https://a/b":           nil,
		"/groups#https://a/b":                nil,
		"GET /members/\x1b\u202e/group/\xff": {},
	} {
		_, err := findEndpoint(parseRequest(text))
		if want == nil {
			require.NoError(t, err, text)
			continue
		}
		problem, hints := parted(t, err)
		if strings.Contains(text, "\x1b") {
			require.Contains(t, problem, `/\x1b\u202e/group/\xff`)
			continue
		}
		require.Equal(t, want, hints[:min(len(want), len(hints))], text)
		require.Equal(t, want[0] == "did you mean", len(hints) > 1 && hints[0] == "did you mean", text)
	}
}

// The error for a text without a path says so.
func TestFindEndpoint_NoPath(t *testing.T) {
	_, err := findEndpoint(parseRequest("get"))
	require.ErrorContains(t, err, "\"GET\" is not an endpoint: it has no path\n")
	_, err = findEndpoint(parseRequest(""))
	require.ErrorContains(t, err, "\"\" is not an endpoint: it has no path\n")
}

// A long path does not take long.
func TestFindEndpoint_LongPath(t *testing.T) {
	start := time.Now()
	_, err := findEndpoint(parseRequest("GET /systems" + strings.Repeat("/members", 5000)))
	require.Error(t, err)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestParseRequest_Host(t *testing.T) {
	for text, want := range map[string]string{
		"/a/b:/c/d": "a/b:/c/d", ":s/x": ":s/x", "a/b": "a/b", "a.b/c": "c", "a:1/c": "c", "https://a/c": "c", "https://a": "", "{s}.x/y": "{s}.x/y",
	} {
		require.Equal(t, want, strings.Join(parseRequest(text).segments, "/"), text)
	}
}
