package main

import (
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/oneline"
	"github.com/pkerr/pkerr/locale"
)

// The exit statuses. Only decode returns exitAPIError.
const (
	exitOK       = 0
	exitAPIError = 1
	exitUsage    = 2
)

// An exitError ends a run with an exit status, without another message.
type exitError int

func (exitError) Error() string { return "" }

func main() {
	s := &session{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, terminal: isTerminal}
	os.Exit(s.run(os.Args[1:]))
}

// A session is the environment of a run: its streams and variables.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	terminal       func(stream any) bool
}

// isTerminal reports whether stream appears to be a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && (nullErr != nil || !os.SameFile(info, null))
}

// run runs the command and returns its exit status.
func (s *session) run(args []string) int {
	c, err := s.parse(args)
	if err == nil {
		err = c.command.run(s, c)
	}
	if err == nil {
		return exitOK
	}
	if status, ok := errors.AsType[exitError](err); ok {
		return int(status)
	}
	s.printError(c, err)
	return exitUsage
}

// print writes text to the standard output.
func (s *session) print(text string) error {
	_, err := io.WriteString(s.stdout, text)
	return err
}

// printError writes what is wrong, and what to do, to the standard error.
func (s *session) printError(c *call, err error) {
	text, ok := errors.AsType[usageError](err)
	if !ok {
		text = usageError(printable(err.Error()))
	}
	// A failure to write here cannot be reported anywhere.
	_, _ = io.WriteString(s.stderr, strings.TrimSpace("pkerr "+c.command.name)+": "+string(text)+"\n")
}

// A usageError is a mistake in how the command was called. Its first line says
// what is wrong, and the others say what to do. All of it is printable.
type usageError string

func (e usageError) Error() string { return string(e) }

// usage returns a usageError. The problem and each hint may have several lines.
func usage(problem string, hints ...string) usageError {
	return usageError(strings.ReplaceAll(strings.Join(append([]string{problem}, hints...), "\n"), "\n", "\n  "))
}

// unknownWord returns the error for an unknown word. It lists the known ones.
func unknownWord(kind, word string, known []string) usageError {
	return usage("there is no "+kind+" "+quote(word)+didYouMean(word, known), "use one of: "+strings.Join(known, ", "))
}

// didYouMean suggests the nearest of the known words, if one is near.
func didYouMean(word string, known []string) string {
	if near := nearest(word, known, 1); len(near) > 0 {
		return "\ndid you mean " + near[0] + "?"
	}
	return ""
}

// quote returns the caller's text in quotes, on one line, and shortened.
func quote(s string) string { return `"` + strings.ReplaceAll(oneline.Text(s, 80), `"`, `\"`) + `"` }

// printable returns untrusted text as one printable line, shortened.
func printable(text string) string { return oneline.Text(text, 300) }

// These are the flags of several subcommands, and the value of a boolean flag.
const (
	flagJSON     = "json"
	flagLang     = "lang"
	flagGo       = "go"
	flagStatus   = "status"
	flagEndpoint = "endpoint"
	on           = "true"
)

// A subcommand has a name, takes arguments and flags, and runs a function.
type subcommand struct {
	name    string
	maxArgs int
	flags   []string
	run     func(*session, *call) error
}

// subcommands returns all subcommands, in the order in which help lists them.
func subcommands() []subcommand {
	const many = 1 << 20
	return []subcommand{
		{"explain", many, []string{flagJSON, flagLang, flagGo}, (*session).explain},
		{"list", 0, []string{flagJSON, flagLang, flagStatus, flagEndpoint, "endpoints"}, (*session).list},
		{"decode", 1, []string{flagJSON, flagLang, flagGo, flagStatus}, (*session).decode},
		{"serve", 0, []string{"addr", "on"}, (*session).serve},
		{"completion", 1, nil, (*session).completion},
		{"help", 1, nil, (*session).help},
	}
}

// subcommandNames returns the names of all subcommands.
func subcommandNames() (names []string) {
	for _, s := range subcommands() {
		names = append(names, s.name)
	}
	return names
}

// A call is a parsed command line.
type call struct {
	command subcommand
	args    []string
	values  map[string][]string // the values of each flag that was given
	implied bool                // no subcommand was named, so explain runs
	who     audience
	status  int // 0 if --status was not given
}

// An audience says whom the output is for: readers of a language, and perhaps
// Go programmers.
type audience struct {
	*locale.Localizer
	wanted bool // also show the texts in this language
	forGo  bool // show names of Go functions
}

// value returns the last value of a flag, or "".
func (c *call) value(name string) string {
	values := c.values[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// parse parses a command line. Flags may be anywhere before a "--", even before
// the subcommand. The call is never nil.
func (s *session) parse(args []string) (*call, error) {
	c := &call{values: map[string][]string{}}
	wrong := c.parseFlags(args)
	c.chooseCommand()
	for name := range c.values {
		if wrong == "" && !slices.Contains(c.command.flags, name) {
			known := "--help --" + strings.Join(c.command.flags, " --")
			wrong = "there is no flag " + quote("--"+name) + didYouMean("--"+name, strings.Fields(known))
		}
	}
	if wrong == "" && len(c.args) > c.command.maxArgs {
		wrong = "unexpected argument " + quote(c.args[c.command.maxArgs])
	}
	if wrong != "" {
		return c, usage(wrong, strings.TrimSpace("pkerr help "+c.command.name))
	}
	lang, known := locale.Match(c.value(flagLang))
	if c.values[flagLang] != nil && !known {
		return c, usage("there are no texts in the language "+quote(c.value(flagLang)), "use one of: "+strings.Join(languages(), ", "))
	}
	if !known { // POSIX: the first that is set counts
		lang = locale.For(cmp.Or(s.getenv("LC_ALL"), s.getenv("LC_MESSAGES"), s.getenv("LANG")))
	}
	c.who = audience{lang, known || c.command.name != "list" && lang.String() != "en", c.value(flagGo) == on}
	if text := c.value(flagStatus); c.values[flagStatus] != nil {
		c.status, _ = strconv.Atoi(text)
		if pkerr.MakeCode(0, c.status) == 0 || !digits(text) {
			return c, usage(quote(text)+" is not an HTTP status", "a status has three digits, such as 404")
		}
	}
	return c, nil
}

// parseFlags parses flags and arguments, and returns what is wrong, or "".
func (c *call) parseFlags(args []string) (wrong string) {
	for len(args) > 0 && args[0] != "--" {
		arg := args[0]
		args = args[1:]
		if len(arg) < 2 || arg[0] != '-' {
			c.args = append(c.args, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		switch takesValue := slices.Contains([]string{flagLang, flagStatus, flagEndpoint, "addr", "on"}, name); {
		case name == "" || name[0] == '-':
			wrong = quote(arg) + " is not a flag"
		case takesValue && !hasValue && len(args) == 0:
			wrong = "the flag --" + name + " needs a value"
		case takesValue && !hasValue:
			value, args = args[0], args[1:]
		case !takesValue && !hasValue:
			value = on
		case !takesValue && value != on && value != "false":
			wrong = "the flag --" + printable(name) + " takes only true or false as a value"
		}
		c.values[name] = append(c.values[name], value)
	}
	c.args = append(c.args, args[min(1, len(args)):]...)
	return wrong
}

// chooseCommand sets the subcommand. It is explain if none was named.
func (c *call) chooseCommand() {
	i := -1
	if len(c.args) > 0 {
		i = slices.Index(subcommandNames(), c.args[0])
	}
	switch {
	case c.value("version") == on:
		c.command = subcommand{flags: []string{"version"}, run: (*session).version}
	case c.value("help")+c.value("h") != "" || len(c.args)+len(c.values) == 0:
		c.command = subcommand{flags: []string{"help", "h"}, run: (*session).help, maxArgs: 1}
		c.args = c.args[:min(len(c.args), i+1, 1)]
	case i >= 0:
		c.command, c.args = subcommands()[i], c.args[1:]
	default:
		c.command, c.implied = subcommands()[0], true
	}
}
