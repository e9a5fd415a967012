package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	library "github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/locale"
)

// Each script has every word to complete, and no unfilled template.
func TestCompletion_Scripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		r := pkerr(t, nil, "", "completion", shell)
		require.Zero(t, r.status)
		require.NotContains(t, r.stdout, "{{")
		require.NotContains(t, r.stdout, "<no value>")
		words := strings.FieldsFunc(r.stdout, func(r rune) bool { return strings.ContainsRune(" \n\t'(),", r) })
		for c := range library.Codes() {
			require.Contains(t, words, c.Name(), shell)
		}
		for _, tag := range locale.Languages() {
			require.Contains(t, words, tag.String(), shell)
		}
		for e := range reference.Endpoints() {
			require.Contains(t, r.stdout, e.String(), shell)
		}
		for _, flag := range []string{"json", "lang", "go", "status", "endpoint", "endpoints", "addr", "on"} {
			require.Regexp(t, `(--|-l )`+flag+`\b`, r.stdout, shell)
		}
		for _, name := range []string{"explain", "list", "decode", "serve", "completion", "help", "20003", "404", "501", "powershell"} {
			require.Contains(t, words, name, shell)
		}
		if path, err := exec.LookPath(shell); err == nil && shell != "powershell" {
			cmd := exec.CommandContext(t.Context(), path, "-n")
			cmd.Stdin = strings.NewReader(r.stdout)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s: %s", shell, out)
			require.Empty(t, string(out))
		}
	}
}

// The function for bash works in bash.
func TestCompletion_Bash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a response.txt"), nil, 0o600))
	script := pkerr(t, nil, "", "completion", "bash").stdout
	for _, test := range []struct {
		line []string
		want []string
	}{
		{[]string{""}, []string{"explain", "list", "decode", "serve", "completion", "help", "--help", "--version"}},
		{[]string{"de"}, []string{"decode"}},
		{[]string{"explain", "2000"}, []string{"20001", "20002", "20003", "20004", "20005", "20006", "20007", "20008", "20009"}},
		{[]string{"explain", "--json", "MemberN"}, []string{"MemberNotFound", "MemberNotFoundWithRef"}},
		{[]string{"explain", "--"}, []string{"--json", "--lang", "--go", "--help"}},
		{[]string{"explain", "404", "--lang", "pt"}, []string{"pt-BR"}},
		{[]string{"list", "--status", "40"}, []string{"400", "401", "403", "404", "405"}},
		{[]string{"list", "--endpoint", "GET\\ /mes"}, []string{`GET\ /messages/\{id\}`}},
		{[]string{"list", "--endpoint", "'POST /g"}, []string{"POST /groups", "POST /groups/{g}/members/add", "POST /groups/{g}/members/remove", "POST /groups/{g}/members/overwrite"}},
		{[]string{"list", "--endpoint", `"GET /mess`}, []string{"GET /messages/{id}"}},
		{[]string{"list", "--e"}, []string{"--endpoint", "--endpoints"}},
		{[]string{"list", "x"}, nil},
		{[]string{"decode", "a"}, []string{"a response.txt"}},
		{[]string{"decode", "--st"}, []string{"--status"}},
		{[]string{"serve", "--"}, []string{"--addr", "--on", "--help"}},
		{[]string{"completion", "z"}, []string{"zsh"}},
		{[]string{"help", "l"}, []string{"list"}},
	} {
		cmd := exec.CommandContext(t.Context(), bash, append([]string{"--norc", "-c", script + `
COMP_WORDS=(pkerr "$@") COMP_CWORD=$#
_pkerr
printf '%s\n' "${COMPREPLY[@]}"`, "bash"}, test.line...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		got := strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
		require.ElementsMatch(t, test.want, got, "%v", test.line)
	}
}
