package reference

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// read parses a file.
func read(name string, dst any) error {
	data, err := files.ReadFile(name)
	if err == nil {
		err = unmarshal(data, dst)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// unmarshal parses JSON in which every object has exactly the keys that its
// struct has fields for.
func unmarshal(data []byte, dst any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(dst); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("there is more after the JSON document")
	}
	return requireKeys(data, reflect.TypeOf(dst).Elem(), "")
}

// requireKeys returns an error if a key of an object is missing. The value is
// of type t, and at names it.
func requireKeys(data json.RawMessage, t reflect.Type, at string) error {
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return nil
	case t.Kind() == reflect.Slice:
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil {
			return err
		}
		for i, item := range items {
			if err := requireKeys(item, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct:
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return err
		}
		for field := range t.Fields() {
			key := field.Tag.Get("json")
			value, ok := object[key]
			if !ok {
				return fmt.Errorf("%s: the key %q is missing", at, key)
			}
			if err := requireKeys(value, field.Type, at+"."+key); err != nil {
				return err
			}
		}
	}
	return nil
}
