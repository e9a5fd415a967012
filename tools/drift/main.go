// Drift compares what this library knows about the API with a checkout of the
// API's source, and prints what differs: codes, statuses, messages, the
// meanings on the API's own page, and routes.
//
//	go -C tools run ./drift CHECKOUT
//
// The exit status is 1 if something differs, and 2 if the checkout cannot be
// read. Each difference may need a change in internal/reference.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, "usage: drift CHECKOUT, a directory with the source of the API")
		return 2
	}
	checkout, err := readCheckout(os.DirFS(args[0]))
	if err != nil {
		const text = "drift: %s is not a checkout of the API's source, or its layout changed: %v\n"
		fmt.Fprintf(stderr, text, args[0], err)
		return 2
	}
	differences := compare(checkout)
	for _, d := range differences {
		fmt.Fprintln(stdout, d)
	}
	if len(differences) > 0 {
		return 1
	}
	return 0
}
