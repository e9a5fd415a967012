package main

import (
	"embed"
	"runtime/debug"
	"slices"

	"github.com/pkerr/pkerr/internal/oneline"
)

// manual is what help shows, a file a subcommand.
//
//go:embed help/*.txt
var manual embed.FS

// helpText returns the help for a subcommand, or for all where name is empty.
func helpText(name string) string {
	if name == "" {
		name = "pkerr"
	}
	text, _ := manual.ReadFile("help/" + name + ".txt") // a test sees that all are there
	return string(text)
}

// help shows the help.
func (s *session) help(args []string) (int, error) {
	flags := newFlags("help")
	topics, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	switch {
	case len(topics) == 0:
		return exitOK, s.print(helpText(""))
	case len(topics) > 1:
		return 0, noArguments(flags, topics[1:])
	case !slices.Contains(subcommands(), topics[0]):
		return 0, unknownWord("subcommand", topics[0], subcommands())
	}
	return exitOK, s.print(helpText(topics[0]))
}

// versionText returns the version that was built, and with which Go.
func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "pkerr (unknown version)\n"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return "pkerr " + oneline.Text(version, maxShown) + " " + info.GoVersion + "\n"
}
