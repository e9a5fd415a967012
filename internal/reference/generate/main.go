// Generate writes the files that are made from the table in package reference: codes.go and docs/errors.md.
//
//	go generate ./internal/reference
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pkerr/pkerr/internal/reference"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY, which is the root of the module")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// outputs returns the generated files by their paths below the root of the module.
func outputs() (map[string][]byte, error) {
	if err := reference.Check(); err != nil {
		return nil, err
	}
	constants, err := renderConstants(reference.Groups())
	if err != nil {
		return nil, err
	}
	page, err := renderPage()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"codes.go": constants, "docs/errors.md": page}, nil
}

func write(root string) error {
	files, err := outputs()
	if err != nil {
		return err
	}
	for name, text := range files {
		//nolint:gosec // Everybody may read it.
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
