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

// exitError ends a run with an exit status after all has been said.
type exitError int

func (exitError) Error() string { return "" }

func main() {
	s := &session{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, terminal: isTerminal}
	os.Exit(s.run(os.Args[1:]))
}

// A session is what a run of the command has besides its arguments.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	terminal       func(stream any) bool
}

// isTerminal reports whether stream is a terminal, as far as is known.
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
	s.complain(c, err)
	return exitUsage
}

// print writes text to the standard output.
func (s *session) print(text string) error {
	_, err := io.WriteString(s.stdout, text)
	return err
}

// complain writes to the standard error what is wrong and what to do.
func (s *session) complain(c *call, err error) {
	text, ok := errors.AsType[usageError](err)
	if !ok {
		text = usageError(shown(err.Error()))
	}
	// No other place is left for a failure.
	_, _ = io.WriteString(s.stderr, strings.TrimSpace("pkerr "+c.command.name)+": "+string(text)+"\n")
}

// A usageError is a mistake in how the command was called: a line that says
// what is wrong, and lines that say what to do. All of it is printable.
type usageError string

func (e usageError) Error() string { return string(e) }

// usage makes one of the problem and the hints, each in one line or more.
func usage(problem string, hints ...string) usageError {
	return usageError(strings.ReplaceAll(strings.Join(append([]string{problem}, hints...), "\n"), "\n", "\n  "))
}

// unknownWord reports an unknown word, and names those that exist.
func unknownWord(kind, word string, known []string) usageError {
	return usage("there is no "+kind+" "+quote(word)+didYouMean(word, known), "there are: "+strings.Join(known, ", "))
}

// didYouMean asks whether the nearest of the known words is meant.
func didYouMean(word string, known []string) string {
	if near := nearest(word, known, 1); len(near) > 0 {
		return "\ndid you mean " + near[0] + "?"
	}
	return ""
}

// quote returns a text of the caller in quotes, in one line, and shortened.
func quote(s string) string { return `"` + strings.ReplaceAll(oneline.Text(s, 80), `"`, `\"`) + `"` }

// shown returns a text from outside in one line that can be printed, shortened.
func shown(text string) string { return oneline.Text(text, 300) }

// The flags of several subcommands, and the value of one that takes none.
const (
	flagJSON     = "json"
	flagLang     = "lang"
	flagGo       = "go"
	flagStatus   = "status"
	flagEndpoint = "endpoint"
	on           = "true"
)

// A subcommand is a name, what it takes, and what it runs.
type subcommand struct {
	name    string
	maxArgs int
	flags   []string
	run     func(*session, *call) error
}

// subcommands returns all subcommands in the order of the help.
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
	values  map[string][]string // of the flags that were given, by name
	implied bool                // the line names no subcommand, so it is explain
	who     audience
	status  int // 0 if --status was not given
}

// An audience is whom the output is for: a language, perhaps Go programmers.
type audience struct {
	*locale.Localizer
	wanted bool // texts in the language are wanted beside the English ones
	forGo  bool // names of Go functions are wanted
}

// value returns the last value of a flag, or "".
func (c *call) value(name string) string {
	return append([]string{""}, c.values[name]...)[len(c.values[name])]
}

// parse parses a command line. Flags may stand anywhere before a "--", also
// before the subcommand. The call is never nil.
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
		return c, usage("there are no texts in the language "+quote(c.value(flagLang)), "there are: "+strings.Join(languages(), ", "))
	}
	if !known { // of these the first that is set counts, by POSIX
		lang = locale.For(cmp.Or(s.getenv("LC_ALL"), s.getenv("LC_MESSAGES"), s.getenv("LANG")))
	}
	c.who = audience{lang, known || c.command.name != "list" && lang.String() != "en", c.value(flagGo) == on}
	if text := c.value(flagStatus); c.values[flagStatus] != nil {
		c.status, _ = strconv.Atoi(text)
		if pkerr.MakeCode(0, c.status) == 0 || !digits(text) {
			return c, usage(quote(text)+" is not an HTTP status", "it has three digits, such as 404")
		}
	}
	return c, nil
}

// parseFlags parses flags and arguments, and returns what is wrong with them.
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
			wrong = "the flag --" + shown(name) + " takes no value except true and false"
		}
		c.values[name] = append(c.values[name], value)
	}
	c.args = append(c.args, args[min(1, len(args)):]...)
	return wrong
}

// chooseCommand sets the subcommand that the line names, or else explain.
func (c *call) chooseCommand() {
	i := slices.Index(subcommandNames(), append(c.args, "")[0])
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
