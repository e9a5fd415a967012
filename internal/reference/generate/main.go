// Generate writes docs/errors.md: package reference, as a page for people.
//
//	go generate ./internal/reference
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(name string) error {
	page, err := render()
	if err != nil {
		return err
	}
	return os.WriteFile(name, page, 0o644) //nolint:gosec // It is for everybody to read.
}
