package pkerr_test

import (
	"fmt"

	"github.com/pkerr/pkerr"
)

// Collect everything that is wrong with a request, and return it at once.
func ExampleFields() {
	validate := func(name, color string) error {
		var fields pkerr.Fields
		if n := pkerr.Length(name); n > 10 {
			fields.TooLong("name", 10, n)
		}
		if len(color) != 6 {
			fields.Invalid("color")
		}
		return fields.Err()
	}

	fmt.Println(validate("Myriad", "ff0000"))
	fmt.Println(validate("Myriad Kit 😀", "red"))
	// Output:
	// <nil>
	// 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is too long. (actual_length 13, max_length 10)
}

// Add an error with a text of your own.
func ExampleFields_Add() {
	var fields pkerr.Fields
	fields.Required("timestamp")
	fields.Add("description_templates[0]", pkerr.ErrorObject{
		Message:   "Field description_templates[0] is too long.",
		MaxLength: new(1000),
	})
	fmt.Println(fields)
	// Output:
	// description_templates[0]: Field description_templates[0] is too long. (max_length 1000); timestamp: Key 'timestamp' is required.
}

// Show each error beside its field, in order.
func ExampleFieldErrors() {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	fields.Invalid("color")
	err := fmt.Errorf("save: %w", fields.Err())

	for key, o := range pkerr.FieldErrors(err).All() {
		if o.MaxLength != nil && o.ActualLength != nil {
			fmt.Printf("%s: %d of at most %d\n", key, *o.ActualLength, *o.MaxLength)
			continue
		}
		fmt.Printf("%s: %s\n", key, o.Message)
	}
	// Output:
	// color: Field color is invalid.
	// name: 103 of at most 100
}

// The API counts UTF-16 code units.
func ExampleLength() {
	fmt.Println(pkerr.Length("Myriad"), pkerr.Length("é"), pkerr.Length("日本"), pkerr.Length("😀"))
	// Output:
	// 6 1 2 2
}
