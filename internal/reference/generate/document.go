package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// object is a JSON object whose keys keep their order.
type object []property

// property is a key of an object, and its value.
type property struct {
	key   string
	value any
}

// MarshalJSON returns the object with its keys in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, p := range o {
		if i > 0 {
			b = append(b, ',')
		}
		value, err := encode(p.value, "")
		if err != nil {
			return nil, err
		}
		b = append(append(b, scalar(p.key)...), ':')
		b = append(b, bytes.TrimSuffix(value, []byte{'\n'})...)
	}
	return append(b, '}'), nil
}

// encode returns a JSON document, with a line feed at its end. It does not
// escape for HTML.
func encode(document any, indent string) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(document)
	return out.Bytes(), err
}

// yaml returns a document in the block style of YAML. It consists of objects,
// []any, and scalars.
func yaml(document object) []byte {
	var out strings.Builder
	writeYAML(&out, document, "")
	return []byte(out.String())
}

func writeYAML(out *strings.Builder, value any, indent string) {
	switch value := value.(type) {
	case object:
		for i, p := range value {
			if i > 0 {
				out.WriteString(indent)
			}
			out.WriteString(key(p.key) + ":")
			writeNested(out, p.value, indent)
		}
	case []any:
		for i, item := range value {
			if i > 0 {
				out.WriteString(indent)
			}
			out.WriteString("- ")
			writeYAML(out, item, indent+"  ")
		}
	default:
		out.WriteString(scalar(value) + "\n")
	}
}

// writeNested writes the value of a key, on separate lines if it is an object
// or a list.
func writeNested(out *strings.Builder, value any, indent string) {
	nested := indent + "  "
	switch v := value.(type) {
	case object:
		if len(v) == 0 {
			out.WriteString(" {}\n")
			return
		}
		out.WriteString("\n" + nested)
	case []any:
		out.WriteString("\n" + nested)
	default:
		out.WriteByte(' ')
	}
	writeYAML(out, value, nested)
}

// key returns a key of YAML, quoted if it would be read as something else.
func key(k string) string {
	if strings.Trim(k, "0123456789") == "" || strings.ContainsAny(k, "@$#:{} ") {
		return scalar(k)
	}
	return k
}

// scalar returns a string, number or boolean as JSON, which is YAML too.
func scalar(value any) string {
	text, err := encode(value, "")
	if err != nil {
		panic(fmt.Sprintf("generate: %v cannot be written: %v", value, err))
	}
	return strings.TrimSuffix(string(text), "\n")
}
