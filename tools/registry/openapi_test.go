package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// description is the path of the OpenAPI description from the directory tools.
const description = "../docs/openapi.yaml"

// run runs a program in the directory tools, and returns what it prints. It
// must succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", cmd, out)
	return string(out)
}

// npm returns the path of a program of a package in package.json.
func npm(t *testing.T, program string) string {
	t.Helper()
	path := filepath.Join("node_modules", ".bin", program)
	require.FileExists(t, filepath.Join("..", path), "run npm ci in the directory tools first")
	return "./" + filepath.ToSlash(path)
}

func TestOpenAPI_Lint(t *testing.T) {
	// The components are for other descriptions.
	out := run(t, npm(t, "redocly"), "lint", description, "--skip-rule=no-unused-components", "--format=stylish")
	require.NotRegexp(t, `You have \d+ warning`, out)
	require.Contains(t, out, "Your API description is valid")
}

// Go code that is generated from the description decodes the corpus.
func TestOpenAPI_Go(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte("generate: {models: true}\noutput-options: {skip-prune: true}\n"), 0o600))
	run(t, "go", "tool", "oapi-codegen", "-config", config, "-package", "main", "-o", filepath.Join(dir, "models.go"), description)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module models\n\ngo 1.26.0\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(`package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	var body ErrorResponse
	if err := json.NewDecoder(os.Stdin).Decode(&body); err != nil {
		panic(err)
	}
	field := (*body.Errors)["name"][0]
	fmt.Println(body.Code, field.Message, *field.ActualLength, *field.MaxLength, NotFound(body).Message)
}
`), 0o600))
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(`{"message":"m","code":40001,"errors":{"name":[{"message":"n","actual_length":2,"max_length":1}]}}`)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "40001 n 2 1 m\n", string(out))
}

// The TypeScript types that are generated from the description compile, and
// reject a program that treats errors as a map of single objects.
func TestOpenAPI_TypeScript(t *testing.T) {
	dir := t.TempDir()
	run(t, npm(t, "openapi-typescript"), description, "--output", filepath.Join(dir, "models.ts"))
	program := `import type { components } from "./models";

export function first(body: components["responses"]["BadRequest"]["content"]["application/json"]): string {
  return body.errors?.name?.[0]?.message ?? body.message;
}
`
	path := filepath.Join(dir, "program.ts")
	compiler := []string{"--strict", "--noEmit", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler", path}
	require.NoError(t, os.WriteFile(path, []byte(program), 0o600))
	run(t, npm(t, "tsc"), compiler...)

	wrong := strings.Replace(program, "name?.[0]?.message", "name?.message", 1)
	require.NoError(t, os.WriteFile(path, []byte(wrong), 0o600))
	cmd := exec.Command(npm(t, "tsc"), compiler...)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "Property 'message' does not exist on type")
}

// Every code has an example in the response of its status, which is valid by
// the schema of the bodies.
func TestOpenAPI_Examples(t *testing.T) {
	var document struct {
		Components struct {
			Responses map[string]struct {
				Description string         `yaml:"description"`
				Headers     map[string]any `yaml:"headers"`
				Content     map[string]struct {
					Examples map[string]struct {
						Value map[string]any `yaml:"value"`
					} `yaml:"examples"`
				} `yaml:"content"`
			} `yaml:"responses"`
			Headers map[string]any `yaml:"headers"`
		} `yaml:"components"`
	}
	require.NoError(t, yaml.Unmarshal(read(t, "docs/openapi.yaml"), &document))
	require.Len(t, document.Components.Headers, 4)
	examples := map[string]any{}
	for name, response := range document.Components.Responses {
		status := regexp.MustCompile(`^\d{3} `).FindString(response.Description)
		require.NotEmpty(t, status, name)
		for header := range document.Components.Headers {
			require.Contains(t, response.Headers, header, name)
		}
		for name, example := range response.Content["application/json"].Examples {
			examples[strings.TrimSpace(status)+" "+name] = example.Value
		}
	}

	schema := compile(t, "error-response.schema.json")
	var registry struct {
		Codes []struct {
			Name    string `json:"name"`
			Number  int    `json:"number"`
			Status  json.Number
			Message string `json:"message"`
		} `json:"codes"`
	}
	require.NoError(t, json.Unmarshal(read(t, "docs/errors.json"), &registry))
	require.Len(t, examples, len(registry.Codes))
	for _, c := range registry.Codes {
		example, ok := examples[c.Status.String()+" "+c.Name].(map[string]any)
		require.True(t, ok, c.Name)
		require.Equal(t, c.Number, example["code"], c.Name)
		require.NotContains(t, example["message"], "{", c.Name)
		text, err := json.Marshal(example)
		require.NoError(t, err)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(value), c.Name)
	}
}
