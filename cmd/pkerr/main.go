package main

import (
	"errors"
	"flag"
	"io"
	"os"

	"github.com/pkerr/pkerr/internal/oneline"
	"github.com/pkerr/pkerr/internal/reference"
)

// The exit statuses. That of an API error is for decode alone.
const (
	exitOK       = 0
	exitAPIError = 1
	exitUsage    = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)) }

// run runs the command with these arguments, and returns its exit status. env is os.Getenv, or what stands for it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	s := &session{stdin: stdin, stdout: stdout, stderr: stderr, env: env}
	name, status, err := s.dispatch(args)
	if err == nil {
		return status
	}
	s.complain(name, err)
	return exitUsage
}

// session is what a subcommand is given beside its arguments.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
}

// dispatch runs the subcommand that args begin with, and returns its name for what is said of its error.
func (s *session) dispatch(args []string) (name string, status int, err error) {
	if len(args) == 0 {
		return "", 0, usagef("there is no subcommand", "pkerr help")
	}
	name, args = args[0], args[1:]
	switch name {
	case "-h", "-help", "--help":
		return "", exitOK, s.print(helpText(""))
	case "-version", "--version":
		return "", exitOK, s.print(versionText())
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		status, err = c.run(s, args)
		if errors.Is(err, flag.ErrHelp) {
			return name, exitOK, s.print(helpText(name))
		}
		return name, status, err
	}
	return "", 0, unknownSubcommand(name)
}

// subcommand is a name and what it runs.
type subcommand struct {
	name string
	run  func(s *session, args []string) (int, error)
}

// commands returns all subcommands, in the order of the help.
func commands() []subcommand {
	return []subcommand{
		{"explain", (*session).explain},
		{"list", (*session).list},
		{"decode", (*session).decode},
		{"serve", (*session).serve},
		{"completion", (*session).completion},
		{"help", (*session).help},
	}
}

// subcommands returns the names of all.
func subcommands() []string {
	all := commands()
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.name)
	}
	return names
}

// unknownSubcommand says that there is no such subcommand, and what else the word may be: a code, or the name of a flag.
func unknownSubcommand(name string) *usageError {
	e := unknownWord("subcommand", name, subcommands())
	f, err := resolve(name)
	switch {
	case name == "version":
		e.hints = append([]string{"did you mean pkerr --version?"}, e.hints...)
	case err == nil && f.code.Name() == "":
		e.hints = append([]string{"did you mean pkerr explain " + f.code.String() + "?"}, e.hints...)
	case err == nil:
		e.hints = append([]string{"did you mean pkerr explain " + reference.Code(f.code).Anchor() + "?"}, e.hints...)
	}
	return e
}

// print writes text to the standard output.
func (s *session) print(text string) error {
	_, err := io.WriteString(s.stdout, text)
	return err
}

// complain says on the standard error what is wrong, with what, and what to do.
func (s *session) complain(name string, err error) {
	if name != "" {
		name = " " + name
	}
	text := "pkerr" + name + ": "
	if u, ok := errors.AsType[*usageError](err); ok {
		text += u.problem + u.more() + "\n"
	} else {
		text += oneline.Text(err.Error(), maxShown) + "\n"
	}
	// There is nobody left to tell where this fails, too.
	_, _ = io.WriteString(s.stderr, text)
}
