package pkerrtest_test

import (
	"fmt"
	"testing"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

// Check which keys have errors, whatever their messages are.
func ExampleRequireFields() {
	t := new(testing.T) // the t of your test

	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	err := fmt.Errorf("renaming abcde: %w", fields.Err())

	pkerrtest.RequireFields(t, err, "color", "name")
	pkerrtest.RequireTooLong(t, err, "name", 100, 101)
	fmt.Println(t.Failed())
	// Output:
	// false
}

// A failure lists the missing and the unexpected keys.
func ExampleRequireFields_failure() {
	var fields pkerr.Fields
	fields.Invalid("color")

	pkerrtest.RequireFields(printer{}, fields.Err(), "name")
	// Output:
	// the wrong keys have errors
	//       want: "name"
	//        got: "color"
	//    missing: "name"
	// unexpected: "color"
	//  the error: 40001/400: Error parsing JSON model: color: Field color is invalid.
}
