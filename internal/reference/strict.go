package reference

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
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
// struct has fields for, each once, and no value is null.
func unmarshal(data []byte, dst any) error {
	if err := json.Unmarshal(data, dst); err != nil {
		return err
	}
	return requireKeys(data, reflect.TypeOf(dst).Elem(), "")
}

// requireKeys returns an error if an object lacks a key, or has one that is
// unknown, repeated or null. The value is of type t, and at names it.
func requireKeys(data json.RawMessage, t reflect.Type, at string) error {
	switch {
	case string(data) == "null":
		return fmt.Errorf("%s is null", at)
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
		object, err := keys(data)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		for field := range t.Fields() {
			key := field.Tag.Get("json")
			value, ok := object[key]
			if !ok {
				return fmt.Errorf("%s: the key %q is missing", at, key)
			}
			delete(object, key)
			if err := requireKeys(value, field.Type, at+"."+key); err != nil {
				return err
			}
		}
		for key := range object {
			return fmt.Errorf("%s: the key %q is unknown", at, key)
		}
	}
	return nil
}

// keys returns the values of a JSON object by their keys. It returns an error
// if a key is repeated.
func keys(object json.RawMessage) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	_, err := decoder.Token() // the opening brace
	all := map[string]json.RawMessage{}
	for err == nil && decoder.More() {
		var token json.Token
		if token, err = decoder.Token(); err != nil {
			break
		}
		key := fmt.Sprint(token)
		if _, ok := all[key]; ok {
			return nil, fmt.Errorf("the key %q is repeated", key)
		}
		var value json.RawMessage
		err = decoder.Decode(&value)
		all[key] = value
	}
	return all, err
}
