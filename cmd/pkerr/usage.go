package main

import (
	"errors"
	"flag"
	"io"
	"strings"

	"github.com/pkerr/pkerr/internal/oneline"
)

// maxShown is how many bytes of a stranger's text are shown in one line.
const maxShown = 300

// usageError is a mistake in how the command was called.
type usageError struct {
	problem string   // what is wrong, with what; printable
	hints   []string // what to do, a line each; printable
}

func (e *usageError) Error() string { return e.problem }

// more returns the lines below the first.
func (e *usageError) more() string {
	var b strings.Builder
	for _, h := range e.hints {
		b.WriteString("\n  " + h)
	}
	return b.String()
}

func usagef(problem string, hints ...string) *usageError { return &usageError{problem, hints} }

// unknownWord says that there is no such subcommand, shell or topic, and which there are.
func unknownWord(kind, word string, known []string) *usageError {
	return usagef("there is no "+kind+" "+quote(word), append(meant(word, known), "there are: "+strings.Join(known, ", "))...)
}

// meant returns the question whether the nearest of the known words is meant, and nothing where none is near.
func meant(word string, known []string) []string {
	near := nearest(word, known, 1)
	if len(near) == 0 {
		return nil
	}
	return []string{"did you mean " + near[0] + "?"}
}

// quote returns a word of the caller's in quotes, in one line, and not too long.
func quote(s string) string { return `"` + strings.ReplaceAll(oneline.Text(s, 80), `"`, `\"`) + `"` }

// newFlags returns the flags of a subcommand, which say nothing by themselves.
func newFlags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// parseFlags parses args, and returns those that are no flags. Flags may stand before and behind these, up to a «--».
func parseFlags(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, flagError(f, err.Error())
		}
		left := f.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if used := len(args) - len(left); used > 0 && args[used-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// flagError says what package flag says, in the words of this command.
func flagError(f *flag.FlagSet, text string) *usageError {
	hints := []string{"pkerr help " + f.Name()}
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		known := []string{"--help"}
		f.VisitAll(func(defined *flag.Flag) { known = append(known, "--"+defined.Name) })
		return usagef("there is no flag "+quote("--"+name), append(meant("--"+name, known), hints...)...)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usagef("the flag --"+name+" needs a value", hints...)
	}
	if word, ok := strings.CutPrefix(text, "bad flag syntax: "); ok {
		return usagef(quote(word)+" is no flag", hints...)
	}
	// What is left is a flag without a value that was given one. The last name is that of the flag, whatever the value.
	name, _, _ := strings.Cut(text[strings.LastIndex(text, " -")+1:], ":")
	return usagef("the flag -"+shown(name)+" takes no value but true and false", hints...)
}

// noArguments returns an error where there are any.
func noArguments(f *flag.FlagSet, rest []string) error {
	if len(rest) == 0 {
		return nil
	}
	return usagef("it has no use for the argument "+quote(rest[0]), "pkerr help "+f.Name())
}

// isSet tells whether a flag was given, be it with an empty value.
func isSet(f *flag.FlagSet, name string) bool {
	set := false
	f.Visit(func(given *flag.Flag) { set = set || given.Name == name })
	return set
}
