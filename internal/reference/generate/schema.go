package main

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"reflect"
	"strings"

	"github.com/pkerr/pkerr/internal/reference"
)

// dialect is the version of JSON Schema, and home the place of the documents.
const (
	dialect = "https://json-schema.org/draft/2020-12/schema"
	home    = "https://github.com/pkerr/pkerr/raw/main/docs/"
)

// renderRegistrySchema returns the file docs/errors.schema.json.
func renderRegistrySchema() ([]byte, error) {
	schema := object{
		{"$schema", dialect},
		{"$id", home + "errors.schema.json"},
		{"title", "The registry of the errors of PluralKit's API"},
	}
	docs, err := fieldDocs(registrySource)
	if err != nil {
		return nil, err
	}
	return encode(append(schema, docs.schemaOf(reflect.TypeFor[registry]())...), "  ")
}

//go:embed registry.go
var registrySource string

// docs maps "struct.field" to the comment on the field.
type docs map[string]string

// fieldDocs returns the comments on the fields of the structs in a Go file.
func fieldDocs(source string) (docs, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", source,
		parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	all := docs{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range s.Fields.List {
				for _, name := range field.Names {
					doc := strings.Fields(field.Doc.Text())
					all[spec.Name.Name+"."+name.Name] = strings.Join(doc, " ")
				}
			}
		}
		return false
	})
	return all, nil
}

// schemaOf returns the schema of a type that is used in [registry]. Every key
// is required.
func (d docs) schemaOf(t reflect.Type) object {
	if values := enum(t); values != nil {
		return object{{"enum", values}}
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Int64:
		return object{{"type", "integer"}, {"minimum", 0}}
	case reflect.String:
		return object{{"type", "string"}, {"minLength", 1}}
	case reflect.Pointer:
		return append(object{{"type", []any{"string", "null"}}}, d.schemaOf(t.Elem())[1:]...)
	case reflect.Slice:
		return object{{"type", "array"}, {"items", d.schemaOf(t.Elem())}}
	case reflect.Struct:
		var properties object
		var required []any
		for field := range t.Fields() {
			schema := d.schemaOf(field.Type)
			if pattern := field.Tag.Get("pattern"); pattern != "" {
				schema = append(schema, property{"pattern", pattern})
			}
			if doc := d[t.Name()+"."+field.Name]; doc != "" {
				schema = append(object{{"description", doc}}, schema...)
			}
			name := field.Tag.Get("json")
			properties = append(properties, property{name, schema})
			required = append(required, name)
		}
		return object{{"type", "object"}, {"required", required}, {"properties", properties}}
	default:
		panic("generate: there is no schema of " + t.String())
	}
}

// enum returns the values of a type, or nil if they are not limited.
func enum(t reflect.Type) []any {
	switch t {
	case reflect.TypeFor[reference.Action]():
		return values(reference.Actions())
	case reflect.TypeFor[reference.Where]():
		return values(reference.Wheres())
	case reflect.TypeFor[reference.Origin]():
		return values(reference.Origins())
	default:
		return nil
	}
}

func values[T any](seq iter.Seq[T]) (all []any) {
	for v := range seq {
		all = append(all, v)
	}
	return all
}

// renderResponseSchema returns the file docs/error-response.schema.json.
func renderResponseSchema() ([]byte, error) {
	schema := object{
		{"$schema", dialect},
		{"$id", home + "error-response.schema.json"},
		{"title", "The body of an error of PluralKit's API"},
	}
	schema = append(schema, responseSchema("#/$defs/ErrorObject")...)
	defs := object{{"ErrorObject", errorObjectSchema()}}
	return encode(append(schema, property{"$defs", defs}), "  ")
}

// responseSchema returns the schema of pkerr.Response. errorObject is the
// reference to the schema of pkerr.ErrorObject.
func responseSchema(errorObject string) object {
	var scopes []any
	for _, l := range reference.Limits().Limits {
		scopes = append(scopes, l.Scope)
	}
	const description = "The code is 0 for many errors, which only the HTTP status tells apart. " +
		"Ignore keys that you do not know."
	return object{
		{"description", description},
		{"type", "object"},
		{"required", []any{"message", "code"}},
		{"properties", object{
			{"message", object{
				{"type", "string"},
				{"description", "The English text. " +
					"It can contain what the caller sent, of any length."},
			}},
			{"code", object{
				{"type", "integer"},
				{"minimum", 0},
				{"description", "The number of the error."},
			}},
			{"errors", object{
				{"type", "object"},
				{"description", "What is wrong with the keys of the request: " +
					"for each key a list, which can have several items."},
				{"minProperties", 1},
				{"additionalProperties", object{
					{"type", "array"},
					{"minItems", 1},
					{"items", object{{"$ref", errorObject}}},
				}},
			}},
			{"retry_after", object{
				{"type", "integer"},
				{"minimum", 0},
				{"description", "How long to wait, in milliseconds. " +
					"It can be 0, and it is too short: wait one interval of the limit longer."},
			}},
			{"scope", object{
				{"type", "string"},
				{"minLength", 1},
				{"description", "The rate limit that was hit."},
				{"examples", scopes},
			}},
		}},
	}
}

// errorObjectSchema returns the schema of pkerr.ErrorObject.
func errorObjectSchema() object {
	const swapped = " For an item of description_templates " +
		"the API swaps this and the other length by mistake."
	length := func(doc string) object {
		return object{{"type", "integer"}, {"minimum", 0}, {"description", doc}}
	}
	return object{
		{"description", "One thing that is wrong with one key of a request."},
		{"type", "object"},
		{"required", []any{"message"}},
		{"properties", object{
			{"message", object{{"type", "string"}, {"description", "The English text."}}},
			{"actual_length", length("How long the value is, in UTF-16 code units, " +
				"or in items for a list." + swapped)},
			{"max_length", length("How long the value may be, in the same units." + swapped)},
		}},
	}
}
