package main

import (
	"embed"
	"strings"
	"text/template"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// scripts are templates, a file a shell.
//
//go:embed completion/pkerr.*
var scripts embed.FS

// shells returns the names of the shells.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// completion prints the script for a shell.
func (s *session) completion(args []string) (int, error) {
	flags := newFlags("completion")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	if len(rest) == 0 {
		return 0, usagef("it needs the name of a shell", "there are: "+strings.Join(shells(), ", "))
	}
	if err := noArguments(flags, rest[1:]); err != nil {
		return 0, err
	}
	text, err := script(rest[0])
	if err != nil {
		return 0, err
	}
	return exitOK, s.print(text)
}

// words are those that a script completes. None has a quote in it.
type words struct {
	Subcommands, Shells, Codes, Statuses, Languages, Endpoints []string
}

// script returns the script for a shell.
func script(shell string) (string, error) {
	source, err := scripts.ReadFile("completion/pkerr." + shell)
	if err != nil {
		return "", unknownWord("shell", shell, shells())
	}
	w := words{Subcommands: subcommands(), Shells: shells(), Languages: languages()}
	for c := range pkerr.Codes() {
		w.Codes = append(w.Codes, reference.Code(c).Anchor(), c.Name())
		if c.Number() == 0 {
			w.Statuses = append(w.Statuses, reference.Code(c).Anchor())
		}
	}
	w.Statuses = append(w.Statuses, "501") // of which there is a code, and no plain one
	for e := range reference.Endpoints() {
		w.Endpoints = append(w.Endpoints, e.String())
	}
	join := template.FuncMap{"join": strings.Join}
	t, err := template.New(shell).Funcs(join).Parse(string(source)) //nolint:gosec // It is a file of ours.
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, w); err != nil {
		return "", err
	}
	return b.String(), nil
}
