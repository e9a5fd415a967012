package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// sources returns a checkout that looks like the API's, with the facts of the
// table.
func sources() map[string]string {
	var errors, page, router strings.Builder
	for e := range reference.Codes() {
		if e.Code.Number() != 0 {
			fmt.Fprintf(&errors, "    public static PKError %s =\n        new(%d, %d, $\"%s\");\n", e.Name, e.Code.Status(), e.Code.Number(), e.Message)
		}
		if e.Documented() {
			fmt.Fprintf(&page, "|%d|%d|%s|\n", e.Code.Number(), e.Code.Status(), strings.ReplaceAll(e.Page, "…", "some words"))
		}
	}
	for e := range reference.Endpoints() {
		path := strings.NewReplacer("{s}", "{system_id}", "{m}", "{member_id}").Replace(e.Path)
		fmt.Fprintf(&router, "        .route(\"/v2%s\", %s(rproxy))\n", path, strings.ToLower(e.Method))
	}
	return map[string]string{
		errorsFile: "public static class Errors\n{\n" + errors.String() + "}\n",
		pageFile:   "# Errors\n\n|code|HTTP response code|meaning|\n|---|---|---|\n" + page.String(),
		routerFile: "Router::new()\n" + router.String() + "        .route(\"/private/stats\", get(stats))\n",
		"PluralKit.API/Startup.cs": `await ctx.WriteAsync("{\"message\":\"400: Bad Request\",\"code\":0}");` + "\n" +
			`await ctx.WriteAsync("{\"message\":\"500: Internal Server Error\",\"code\":0}");`,
		controllers + "/SystemControllerV2.cs": "[HttpGet(\"systems/{systemRef}\")]\npublic Task Get() {}\n" +
			"[HttpPatch(\"systems/{systemRef}\")]\npublic Task Patch() {}\n",
		"crates/api/src/error.rs": `define_error! { GENERIC_BAD_REQUEST, StatusCode::BAD_REQUEST, 0, "400: Bad Request" }` + "\n" +
			`// define_error! { TEAPOT, StatusCode::IM_A_TEAPOT, 0, "418: I'm a teapot" }`,
	}
}

// files returns a checkout as a file system.
func files(sources map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range sources {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestCompare_Same(t *testing.T) {
	c, err := readCheckout(files(sources()))
	require.NoError(t, err)
	require.Equal(t, sourceError{20001_404, "System not found.", errorsFile + ":4"}, c.errors[0])
	require.Equal(t, route{"GET /systems/{}", routerFile + ":2"}, c.routes[0])
	require.GreaterOrEqual(t, len(c.page), 29)
	require.Empty(t, compare(c))
}

func TestCompare_Different(t *testing.T) {
	const startup, controller = "PluralKit.API/Startup.cs", controllers + "/SystemControllerV2.cs"
	for _, test := range []struct{ file, old, new, want string }{
		{errorsFile, `"System not found."`, `"No such system."`,
			`20001/404: the message is "No such system." in PluralKit.API/Errors.cs:N, "System not found." in the table`},
		{errorsFile, `new(404, 20001,`, `new(410, 20001,`,
			`20001/410: in PluralKit.API/Errors.cs:N ("System not found."), not in the table
20001/404: in the table, not in PluralKit.API/Errors.cs`},
		{errorsFile, "\n}\n", "\n    public static PKError A(string s) => new(418, 60001, $\"Teapot '{s}'.\");\n}\n",
			`60001/418: in PluralKit.API/Errors.cs:N ("Teapot '{s}'."), not in the table`},
		{errorsFile, "\n}\n", "\n    public static PKError A = new(403, 30010, \"Premium.\");\n}\n",
			`30010/403: in PluralKit.API/Errors.cs:N, but in the table it is announced as not released`},
		{startup, "400: Bad Request", "400: Not a good request",
			`0/400: the message is "400: Not a good request" in PluralKit.API/Startup.cs:N, "400: Bad Request" in the table`},
		{"crates/api/src/error.rs", "400: Bad Request", "418: I am a teapot",
			`0/418: in crates/api/src/error.rs:N ("418: I am a teapot"), not in the table`},
		{pageFile, "|20002|404|Member not found.|", "|20002|404|[Member](#member) gone.",
			`20002/404: the page says "Member gone." (docs/content/api/errors.md:N), by the table "Member not found."`},
		{pageFile, "|20002|404|Member not found.|", "|40007|400|Member limit reached.|",
			`40007/400: on the page (docs/content/api/errors.md:N), but the table says that it is not
20002/404: by the table on the page, but not in docs/content/api/errors.md`},
		{pageFile, "|20002|404|Member not found.|", "|20002|404|Member not found.|\n|60001|418|Teapot.|",
			`60001/418: on the page (docs/content/api/errors.md:N), not in the table`},
		{routerFile, `.route("/v2/members", post(rproxy))`, `.route("/v2/members", post(rproxy).get(rproxy))`,
			`GET /members: in crates/api/src/main.rs:N, not in the table`},
		{routerFile, `.route("/v2/members", post(rproxy))`, ".route(\n\"/v2/members\",\npost(rproxy)\n.get(rproxy),\n)",
			`GET /members: in crates/api/src/main.rs:N, not in the table`},
		{routerFile, `.route("/v2/members", post(rproxy))`, ``,
			`POST /members: in the table, not in crates/api/src/main.rs or PluralKit.API/Controllers/v2`},
		{controller, "[HttpPatch(\"systems/{systemRef}\")]", "[HttpPost(\"systems/{systemRef}/images\")]",
			`POST /systems/{}/images: in PluralKit.API/Controllers/v2/SystemControllerV2.cs:N, but in the table it is announced as not released`},
	} {
		t.Run(test.want, func(t *testing.T) {
			changed := sources()
			require.Contains(t, changed[test.file], test.old)
			changed[test.file] = strings.Replace(changed[test.file], test.old, test.new, 1)
			c, err := readCheckout(files(changed))
			require.NoError(t, err)
			got := regexp.MustCompile(`:\d+\b`).ReplaceAllString(strings.Join(compare(c), "\n"), ":N")
			require.Equal(t, test.want, got)
		})
	}
}

// A checkout is not compared if a part is missing or has no facts.
func TestReadCheckout_Moved(t *testing.T) {
	for _, name := range []string{errorsFile, pageFile, routerFile} {
		moved := sources()
		delete(moved, name)
		_, err := readCheckout(files(moved))
		require.ErrorContains(t, err, name)

		moved[name] = "// It is elsewhere now.\n"
		_, err = readCheckout(files(moved))
		require.ErrorContains(t, err, name+" has no ")
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	all := sources()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(all[name]), 0o600))
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run([]string{dir}, &stdout, &stderr))
	require.Empty(t, stdout.String()+stderr.String())

	text := strings.Replace(all[errorsFile], "Member not found.", "No member.", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(errorsFile)), []byte(text), 0o600))
	require.Equal(t, 1, run([]string{dir}, &stdout, &stderr))
	require.Contains(t, stdout.String(), `20002/404: the message is "No member."`)

	for _, dir := range []string{t.TempDir(), filepath.Join(dir, "missing"), filepath.Join(dir, filepath.FromSlash(pageFile)), ""} {
		stderr.Reset()
		require.Equal(t, 2, run([]string{dir}, &stdout, &stderr))
		require.Contains(t, stderr.String(), "drift: "+dir+" is not a checkout of the API's source, or its layout changed: ")
		require.Contains(t, stderr.String(), errorsFile)
	}
	require.Equal(t, 2, run(nil, &stdout, &stderr))
	require.Contains(t, stderr.String(), "usage: ")
}
