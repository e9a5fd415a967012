package main_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	library "github.com/pkerr/pkerr"
)

var update = flag.Bool("update", false, "write the golden files")

// binary is the path of the command, built as a user builds it.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "pkerr")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "pkerr")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	// Without a version stamp, the build needs no git.
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("go build: %v\n%s", err, out))
	}
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// A result is the outcome of a run of the command.
type result struct {
	stdout, stderr string
	status         int
}

// command returns a run of the command with only env as its environment.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a run that serves by mistake ends
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = env
	if runtime.GOOS == "windows" {
		cmd.Env = append(cmd.Env, "SYSTEMROOT="+os.Getenv("SYSTEMROOT"))
	}
	return cmd
}

// pkerr runs the command to its end.
func pkerr(t *testing.T, env []string, stdin string, args ...string) result {
	t.Helper()
	cmd := command(t, env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		_, ok := errors.AsType[*exec.ExitError](err)
		require.True(t, ok, "%v", err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

const (
	curlNotFound = "HTTP/2 404 \r\ncontent-type: application/json\r\nfly-request-id: 01JABC-fra\r\n" +
		"x-ratelimit-limit: 3\r\nx-ratelimit-remaining: 1\r\nx-ratelimit-reset: 1786982400\r\nx-ratelimit-scope: own_system_update\r\n\r\n" +
		`{"message":"Member 'abcde' not found.","code":20003}`
	curlLimited = "HTTP/1.1 429 Too Many Requests\r\nX-RateLimit-Limit: 10\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1786982400\r\n" +
		"X-RateLimit-Scope: generic_get\r\nContent-Type: application/json\r\n\r\n" +
		`{"message":"429: too many requests","retry_after":0,"scope":"generic_get","code":0}`
	invalid = `{"message":"Error parsing JSON model","code":40001,"errors":{"name":[{"message":"Field name is too long.","actual_length":101,"max_length":100}],` +
		`"color":[{"message":"Field color is invalid."}]}}`
)

// These are bodies of 100 KB.
var (
	longList   = "[" + strings.Repeat(`{"id":"abcde","name":"Alice"},`, 3400) + `{"id":"abcde","name":"Alice"}]`
	longObject = `{"id":"abcde","members":` + longList + "}"
	longError  = `{"message":"Member not found.","code":20002,"x":` + longList + "}"
)

func TestBinary_Golden(t *testing.T) {
	tests := []struct {
		name  string
		args  []string
		stdin string
		env   []string
	}{
		{name: "explain-number", args: []string{"explain", "20003"}},
		{name: "explain-status", args: []string{"explain", "404"}},
		{name: "explain-several", args: []string{"explain", "40004", "unauthorizedf"}},
		{name: "explain-never-sent", args: []string{"explain", "40002"}},
		{name: "explain-variants", args: []string{"explain", "InternalServerError"}},
		{name: "explain-other-status", args: []string{"explain", "20003/410"}},
		{name: "explain-unknown-number", args: []string{"explain", "20991/404"}},
		{name: "explain-unknown-5xx", args: []string{"explain", "60001/500"}},
		{name: "explain-status-without-code", args: []string{"explain", "418"}},
		{name: "explain-status-of-a-proxy", args: []string{"explain", "502"}},
		{name: "explain-no-error", args: []string{"explain", "200"}},
		{name: "explain-message-de", args: []string{"explain", "--lang", "de", "Member 'abcde' not found."}},
		{name: "explain-environment-ja", args: []string{"explain", "20002"}, env: []string{"LANG=ja_JP.UTF-8"}},
		{name: "explain-json", args: []string{"explain", "--json", "20003/404", "401", "--lang", "en"}},
		{name: "explain-ambiguous", args: []string{"explain", "Member"}},
		{name: "explain-near", args: []string{"explain", "MemberNotFuond", "20030", "20002"}},
		{name: "explain-nothing", args: []string{"explain"}},
		{name: "explain-empty", args: []string{"explain", ""}},
		{name: "explain-unknown", args: []string{"explain", "zzz\x1b[31m\u202e", "99999"}},
		{name: "explain-a-body", args: []string{"explain", `{"code":20003}`}},
		{name: "explain-hostile", args: []string{"explain", "Member '\x1b[31m\u202e' not found."}},
		{name: "explain-a-status-line", args: []string{"explain", "HTTP/1.1 404"}},
		{name: "explain-501", args: []string{"explain", "501"}},
		{name: "explain-600", args: []string{"explain", "600"}},
		{name: "explain-number-of-tomorrow", args: []string{"explain", "20091", "30091"}},
		{name: "explain-long", args: []string{"explain", strings.Repeat("x", 1000)}},
		{name: "explain-unknown-language", args: []string{"explain", "--lang", "tlh", "404"}},

		{name: "list-status", args: []string{"list", "--status", "403"}},
		{name: "list-status-without-code", args: []string{"list", "--status", "418"}},
		{name: "list-endpoint", args: []string{"list", "--endpoint", "GET /systems/{s}/members"}},
		{name: "list-endpoint-me", args: []string{"list", "--endpoint", "POST https://api.pluralkit.me/v2/systems/@me/switches?x=y"}},
		{name: "list-endpoint-and-status", args: []string{"list", "--status=404", "--endpoint", "get /v2/systems/exmpl/switches/1/"}},
		{name: "list-json", args: []string{"list", "--json", "--endpoint", "GET /groups/abcde/members"}},
		{name: "list-json-status", args: []string{"list", "--json", "--status", "418"}},
		{name: "list-near-endpoint", args: []string{"list", "--endpoint", "GET /systms/abcde/member"}},
		{name: "list-no-such-method", args: []string{"list", "--endpoint", "PUT /members/abcde"}},
		{name: "list-no-method", args: []string{"list", "--endpoint", "/members/abcde"}},
		{name: "list-unknown-endpoint", args: []string{"list", "--endpoint", "GET /constellations"}},
		{name: "list-no-status", args: []string{"list", "--status", "4o4"}},
		{name: "list-plus-status", args: []string{"list", "--status", "+404"}},
		{name: "list-empty-endpoint", args: []string{"list", "--endpoint", ""}},
		{name: "list-endpoints", args: []string{"list", "--endpoints"}},
		{name: "list-endpoints-json", args: []string{"list", "--endpoints", "--json"}},
		{name: "list-endpoints-and-status", args: []string{"list", "--endpoints", "--status", "404"}},
		{name: "list-endpoints-and-endpoint", args: []string{"list", "--endpoint", "GET /groups", "--endpoints"}},
		{name: "list-argument", args: []string{"list", "404"}},

		{name: "decode-curl", args: []string{"decode"}, stdin: curlNotFound},
		{name: "decode-curl-fr", args: []string{"decode", "-", "--lang", "fr"}, stdin: curlNotFound},
		{name: "decode-json", args: []string{"decode", "--json", "--lang", "de"}, stdin: curlNotFound},
		{name: "decode-json-fields", args: []string{"decode", "--json"}, stdin: invalid},
		{name: "decode-limited", args: []string{"decode"}, stdin: curlLimited},
		{name: "decode-fields-de", args: []string{"decode"}, stdin: invalid, env: []string{"LC_ALL=de_AT.UTF-8", "LANG=fr_FR"}},
		{name: "decode-body", args: []string{"decode"}, stdin: `{"message":"System not found.","code":20001}`},
		{name: "decode-body-unknown-number", args: []string{"decode"}, stdin: `{"message":"No stars.","code":20991}`},
		{name: "decode-body-unknown-status", args: []string{"decode"}, stdin: `{"message":"Something.","code":0}`},
		{name: "decode-problem-details", args: []string{"decode"}, stdin: `{"type":"https://tools.ietf.org/html/rfc9110","title":"Unsupported Media Type","status":415,"traceId":"00-1"}`},
		{name: "decode-html", args: []string{"decode", "--status", "502"}, stdin: "<html><body>bad</body></html>"},
		{name: "decode-html-without-status", args: []string{"decode"}, stdin: "<html><body>bad</body></html>"},
		{name: "decode-empty", args: []string{"decode"}, stdin: ""},
		{name: "decode-empty-404", args: []string{"decode"}, stdin: "HTTP/1.1 404 Not Found\n\n"},
		{name: "decode-success", args: []string{"decode"}, stdin: "HTTP/2 200 \r\ncontent-type: application/json\r\n\r\n{}"},
		{name: "decode-success-body", args: []string{"decode"}, stdin: `{"id":"abcde","name":"Alice"}`},
		{name: "decode-success-json", args: []string{"decode", "--json"}, stdin: `[]`},
		{name: "decode-success-with-error", args: []string{"decode", "--status", "200"}, stdin: `{"message":"x","code":20001}`},
		{name: "decode-redirect", args: []string{"decode"}, stdin: "HTTP/1.1 301 Moved\r\nLocation: https://api.pluralkit.me/\r\n\r\n"},
		{name: "decode-hostile", args: []string{"decode", "--status", "404"}, stdin: "{\"message\":\"Member '\\u001b[31m\u202e\u009b\\u0007' not found.\",\"code\":20003}"},
		{name: "decode-hostile-json", args: []string{"decode", "--status", "404", "--json"}, stdin: "{\"message\":\"Member '\u202e\u009b\\u0007\U000e0041' not found.\",\"code\":20003}"},
		{name: "decode-long-list", args: []string{"decode"}, stdin: longList},
		{name: "decode-long-list-200", args: []string{"decode"}, stdin: "HTTP/2 200 \r\n\r\n" + longList},
		{name: "decode-long-object", args: []string{"decode"}, stdin: longObject},
		{name: "decode-long-object-json", args: []string{"decode", "--json"}, stdin: longObject},
		{name: "decode-long-object-200", args: []string{"decode"}, stdin: "HTTP/2 200 \r\n\r\n" + longObject},
		{name: "decode-long-error", args: []string{"decode"}, stdin: longError},
		{name: "decode-long-error-404", args: []string{"decode"}, stdin: "HTTP/2 404 \r\n\r\n" + longError},
		{name: "decode-unpacked-404", args: []string{"decode"}, stdin: "HTTP/2 404 \r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n\r\n" + `{"message":"Member not found.","code":20002}`},
		{name: "help-two", args: []string{"help", "list", "serve"}},
		{name: "completion-two", args: []string{"completion", "bash", "zsh"}},
		{name: "decode-compressed-404", args: []string{"decode"}, stdin: "HTTP/2 404 \r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n\r\n\x1f\x8b\b\x00\x00\x00\x00\x00\x00\xff\xaaV"},
		{name: "decode-broken-404", args: []string{"decode"}, stdin: `HTTP/2 404 ` + "\r\n\r\n" + `{"message":"Member not fou`},
		{name: "decode-limited-for-ever", args: []string{"decode"}, stdin: `{"message":"x","retry_after":99999999999999999999}`},
		{name: "decode-limited-for-an-hour", args: []string{"decode"}, stdin: "HTTP/2 429 \r\nretry-after: 3600\r\n\r\n"},
		{name: "decode-two-statuses", args: []string{"decode", "--status", "500"}, stdin: curlNotFound},
		{name: "decode-no-file", args: []string{"decode", "no-such-file"}},
		{name: "decode-two-files", args: []string{"decode", "a", "b"}},
		{name: "decode-bad-status", args: []string{"decode", "--status", "99"}},

		{name: "serve-not-loopback", args: []string{"serve", "--addr", "0.0.0.0:8080"}},
		{name: "serve-no-address", args: []string{"serve", "--addr", "127.1:0"}},
		{name: "serve-argument", args: []string{"serve", "8080"}},
		{name: "completion-unknown", args: []string{"completion", "bsh"}},
		{name: "completion-nothing", args: []string{"completion"}},
		{name: "help", args: []string{"help"}},
		{name: "help-decode", args: []string{"decode", "--help"}},
		{name: "help-unknown", args: []string{"help", "lsit"}},
		{name: "nothing"},
		{name: "code-alone", args: []string{"20002"}},
		{name: "code-alone-json", args: []string{"--json", "--lang", "de", "20002"}},
		{name: "explain-zero", args: []string{"explain", "0"}},
		{name: "explain-go", args: []string{"explain", "429", "--go"}},
		{name: "explain-log", args: []string{"time=2026-01-01T00:00:00Z level=ERROR msg=lookup err.status=404 err.error.code=20002/404 err.error.message=\"Member not found.\""}},
		{name: "explain-url", args: []string{"explain", "https://api.pluralkit.me/v2/members/abcde"}},
		{name: "list-lang", args: []string{"list", "--status", "401", "--lang", "ja"}},
		{name: "list-head", args: []string{"list", "--endpoint", "HEAD /v2/members/abcde"}},
		{name: "list-command", args: []string{"list", "--endpoint", "curl -X GET https://api.pluralkit.me/v2/members/abcde"}},
		{name: "decode-front", args: []string{"decode"}, stdin: "HTTP/2 403\nserver: cloudflare\ncontent-type: text/plain\ncf-ray: 8a-FRA\n\nerror code: 1020"},
		{name: "decode-front-password", args: []string{"decode"}, stdin: "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"staging\"\nContent-Type: text/html\n\n<html>401</html>"},
		{name: "decode-missing", args: []string{"decode"}, stdin: "HTTP/2 404\ncontent-length: 44\ncontent-type: application/json\nx-ratelimit-limit: 10\nx-ratelimit-remaining: 9\n\n"},
		{name: "decode-status-alone", args: []string{"decode"}, stdin: "401"},
		{name: "decode-unknown", args: []string{"decode"}, stdin: `{"success":false,"errors":[{"code":10000,"message":"x"}],"result":null}`},
		{name: "decode-request", args: []string{"decode"}, stdin: "curl 'https://api.pluralkit.me/v2/members/zzzzz'"},
		{name: "decode-go", args: []string{"decode", "--go"}, stdin: curlNotFound},
		{name: "serve-on", args: []string{"serve", "--on", "GET /v2/x=nope"}},
		{name: "unknown-subcommand", args: []string{"explian"}},
		{name: "unknown-subcommand-version", args: []string{"version"}},
		{name: "unknown-subcommand-code", args: []string{"20003"}},
		{name: "unknown-subcommand-message", args: []string{"Member 'abcde' not found."}},
		{name: "unknown-subcommand-pair", args: []string{"20991/404"}},
		{name: "near-flag", args: []string{"list", "-endpiont", "GET /groups"}},
		{name: "flag-without-value", args: []string{"explain", "404", "--lang"}},
		{name: "flag-with-value", args: []string{"explain", "404", "--json=\" for -x: \x1b"}},
		{name: "flag-without-name", args: []string{"explain", "---"}},
		{name: "unknown-flag", args: []string{"list", "--colour\x1b"}},
	}
	golden := map[string]bool{}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := pkerr(t, test.env, test.stdin, test.args...)
			got := fmt.Sprintf("%s== stderr ==\n%s== exit status %d ==\n", r.stdout, r.stderr, r.status)
			name := filepath.Join("testdata", test.name+".txt")
			require.False(t, golden[name], "there are two of this name")
			golden[name] = true
			if *update {
				require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "if the change is meant: go test ./cmd/pkerr -update")

			require.Equal(t, r.status == 2, r.stderr != "", "an error, and nothing else, is on stderr")
			requirePrintable(t, r.stdout+r.stderr)
			require.NotRegexp(t, `(?m)[ \t]$`, r.stdout)
		})
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, golden[f], "%s belongs to no test", f)
	}
}

func requirePrintable(t *testing.T, text string) {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	for _, r := range text {
		require.False(t, r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x200e && r <= 0x200f || r >= 0x2028 && r <= 0x202e ||
			r >= 0x2066 && r <= 0x2069 || r >= 0xe0000, "%q in %q", r, text)
	}
}

// Every run prints the same.
func TestBinary_Deterministic(t *testing.T) {
	for range 5 {
		require.Equal(t, pkerr(t, nil, invalid, "decode", "--json"), pkerr(t, nil, invalid, "decode", "--json"))
		require.Equal(t, pkerr(t, nil, "", "list", "--json"), pkerr(t, nil, "", "list", "--json"))
	}
}

func TestBinary_Version(t *testing.T) {
	for _, flag := range []string{"--version", "-version"} {
		r := pkerr(t, nil, "", flag)
		require.Zero(t, r.status)
		require.Equal(t, "pkerr (devel) "+runtime.Version()+"\n", r.stdout)
	}
	for _, flag := range []string{"--help", "-help", "-h"} {
		require.Equal(t, pkerr(t, nil, "", "help"), pkerr(t, nil, "", flag))
	}
}

// A full disk is not a success.
func TestBinary_FullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		return // most systems except Linux lack it
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for _, args := range [][]string{{"explain", "404"}, {"explain", "404", "nope"}, {"explain", "404", "--json"}, {"list"}, {"list", "--endpoints"}, {"help"}, {"--version"}, {"serve"}, {"completion", "fish"}} {
		cmd := command(t, nil, args...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		require.Error(t, cmd.Run())
		require.Equal(t, 2, cmd.ProcessState.ExitCode(), "%v", args)
		require.Contains(t, stderr.String(), "no space left", "%v", args)
	}
}

// It is not an error if the reader of a pipe goes away.
func TestBinary_BrokenPipe(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	for range 20 {
		out, err := exec.CommandContext(t.Context(), bash, "-c", `set -o pipefail; "$0" list --json | head -1 >/dev/null; echo "${PIPESTATUS[0]}"`, binary).CombinedOutput()
		require.NoError(t, err)
		require.Regexp(t, `^(0|141)\n$`, string(out), "nothing is said")
	}
}

// The list has a row for every code, in order, and names those not sent today.
func TestBinary_List(t *testing.T) {
	var want strings.Builder
	for c := range library.Codes() {
		fmt.Fprintf(&want, "%s\t%s\t%s\n", c.String(), c.Name(), c.Message())
	}
	r := pkerr(t, nil, "", "list")
	rows, note, _ := strings.Cut(r.stdout, "\n\n")
	require.Equal(t, want.String(), rows+"\n")
	require.Regexp(t, `^Today's API does not send \d+/\d+(, \d+/\d+)*\.\n$`, note)
	require.Empty(t, r.stderr)
	require.Zero(t, r.status)
}
