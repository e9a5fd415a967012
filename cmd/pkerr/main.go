package main

import (
	"errors"
	"flag"
	"io"
	"os"

	"github.com/pkerr/pkerr/internal/oneline"
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
	command := map[string]func([]string) (int, error){
		"explain":    s.explain,
		"list":       s.list,
		"decode":     s.decode,
		"serve":      s.serve,
		"completion": s.completion,
		"help":       s.help,
	}[name]
	if command == nil {
		return "", 0, unknownWord("subcommand", name, subcommands())
	}
	status, err = command(args)
	if errors.Is(err, flag.ErrHelp) {
		return name, exitOK, s.print(helpText(name))
	}
	return name, status, err
}

// subcommands returns the names of all, in the order of the help.
func subcommands() []string {
	return []string{"explain", "list", "decode", "serve", "completion", "help"}
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
