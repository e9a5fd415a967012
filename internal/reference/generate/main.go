// Generate writes the files that are made from the table in package reference:
// the constants, the pages and schemas in docs, and the rows of the README.
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

// outputs returns the generated files by their paths below the root of the
// module.
func outputs(root string) (map[string][]byte, error) {
	if err := reference.Check(); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, render := range map[string]func() ([]byte, error){
		"codes.go": func() ([]byte, error) {
			return renderConstants(reference.Groups())
		},
		"docs/errors.md":                  renderPage,
		"docs/errors.json":                renderRegistry,
		"docs/errors.schema.json":         renderRegistrySchema,
		"docs/error-response.schema.json": renderResponseSchema,
		"docs/openapi.yaml":               func() ([]byte, error) { return renderOpenAPI(), nil },
		"README.md": func() ([]byte, error) {
			//nolint:gosec // The directory is an argument of the program.
			old, err := os.ReadFile(filepath.Join(root, "README.md"))
			if err != nil {
				return nil, err
			}
			catalogs, err := filepath.Glob(filepath.Join(root, "locale", "catalogs", "*.json"))
			if err != nil {
				return nil, err
			}
			return renderREADME(string(old), len(catalogs))
		},
	} {
		text, err := render()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = text
	}
	return files, nil
}

func write(root string) error {
	files, err := outputs(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		//nolint:gosec // The files are public.
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
