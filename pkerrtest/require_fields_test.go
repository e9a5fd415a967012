package pkerrtest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// wrong returns an error for two keys, one of which has two errors.
func wrong() error {
	var fields pkerr.Fields
	fields.Invalid("name")
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	return fields.Err()
}

func TestRequireFields(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		keys []string
		want string // "": it passes
	}{
		"these":                 {wrong(), []string{"name", "color"}, ""},
		"in any order":          {wrong(), []string{"color", "name", "name"}, ""},
		"wrapped":               {fmt.Errorf("renaming: %w", wrong()), []string{"name", "color"}, ""},
		"over the wire":         {client.Check(pkerrtest.Response(wrong())), []string{"name", "color"}, ""},
		"no key, no fields":     {pkerr.MemberNotFound, nil, ""},
		"no key, nil":           {nil, nil, ""},
		"no key, another error": {errors.New("x"), nil, ""},
		"one is missing": {wrong(), []string{"name", "color", "tag"}, `the wrong keys have errors
      want: "color", "name", "tag"
       got: "color", "name"
   missing: "tag"
unexpected: none
 the error: 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is invalid.; name: Field name is too long. (actual_length 101, max_length 100)`},
		"one unexpected": {wrong(), []string{"name"}, `the wrong keys have errors
      want: "name"
       got: "color", "name"
   missing: none
unexpected: "color"
 the error: 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is invalid.; name: Field name is too long. (actual_length 101, max_length 100)`},
		"no key, but a field": {client.Check(pkerrtest.Response((&pkerr.Error{Code: pkerr.ModelParse}).WithFields(pkerr.Fields{"a\nb": {{}}}))), nil, `the wrong keys have errors
      want: none
       got: "a\nb"
   missing: none
unexpected: "a\nb"
 the error: 40001/400: Error parsing JSON model: a\nb: `},
		"another error": {fmt.Errorf("renaming: %w", pkerr.MemberNotFound), []string{"name"}, `the wrong keys have errors
      want: "name"
       got: none
   missing: "name"
unexpected: none
 the error: renaming: 20002/404: Member not found.`},
		"a code": {pkerr.MemberNotFound, []string{"name"}, `the wrong keys have errors
      want: "name"
       got: none
   missing: "name"
unexpected: none
 the error: 20002/404: Member not found.`},
		"nil": {nil, []string{"name"}, `the wrong keys have errors
      want: "name"
       got: none
   missing: "name"
unexpected: none
 the error: <nil>`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			pkerrtest.RequireFields(r, test.err, test.keys...)
			requireTold(t, r, test.want)
		})
	}
}

func TestRequireTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		err         error
		key         string
		most, given int
		want        string // "": it passes
	}{
		"this":            {wrong(), "name", 100, 101, ""},
		"over the wire":   {client.Check(pkerrtest.Response(wrong())), "name", 100, 101, ""},
		"another message": {(&pkerr.Error{}).WithFields(pkerr.Fields{"name": {{Message: "zu lang", MaxLength: new(100), ActualLength: new(101)}}}), "name", 100, 101, ""},
		"another length": {wrong(), "name", 100, 102, `no error says that "name" is too long, with these lengths
      want: max_length 100, actual_length 102
       got: max_length absent, actual_length absent ("Field name is invalid.")
            max_length 100, actual_length 101 ("Field name is too long.")
 the error: 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is invalid.; name: Field name is too long. (actual_length 101, max_length 100)`},
		"another limit": {wrong(), "name", 79, 101, `no error says that "name" is too long, with these lengths
      want: max_length 79, actual_length 101
       got: max_length absent, actual_length absent ("Field name is invalid.")
            max_length 100, actual_length 101 ("Field name is too long.")
 the error: 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is invalid.; name: Field name is too long. (actual_length 101, max_length 100)`},
		"only one length": {(&pkerr.Error{Code: pkerr.ModelParse}).WithFields(pkerr.Fields{"name": {{MaxLength: new(100)}}}), "name", 100, 101, `no error says that "name" is too long, with these lengths
      want: max_length 100, actual_length 101
       got: max_length 100, actual_length absent ("")
 the error: 40001/400: Error parsing JSON model: name:  (max_length 100)`},
		"another key": {wrong(), "tag", 79, 80, `no error says that "tag" is too long, with these lengths
      want: max_length 79, actual_length 80
       got: no error for this key
 the error: 40001/400: Error parsing JSON model: color: Field color is invalid.; name: Field name is invalid.; name: Field name is too long. (actual_length 101, max_length 100)`},
		"nil": {nil, "name", 100, 101, `no error says that "name" is too long, with these lengths
      want: max_length 100, actual_length 101
       got: no error for this key
 the error: <nil>`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			pkerrtest.RequireTooLong(r, test.err, test.key, test.most, test.given)
			requireTold(t, r, test.want)
		})
	}
}

func requireTold(t *testing.T, r *recorder, want string) {
	t.Helper()
	told := r.takeFailures()
	if want == "" {
		require.Empty(t, told)
		return
	}
	require.Equal(t, []string{want}, told)
}

// The messages of testify's own assertion name both errors in full.
func TestErrorIs_Message(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"nil":           {nil, `got nil`},
		"another code":  {pkerr.GroupNotFound, `"20004/404: Group not found."`},
		"over the wire": {fmt.Errorf("renaming: %w", client.Check(pkerrtest.Response(pkerr.SystemNotFound))), `"renaming: 20001/404: System not found."`},
		"any other":     {errors.New("connection refused"), `"connection refused"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			require.ErrorIs(r, test.err, pkerr.MemberNotFound)
			told := r.takeFailures()
			require.Len(t, told, 1)
			require.Contains(t, told[0], `"20002/404: Member not found."`, "the expected error")
			require.Contains(t, told[0], test.want, "the actual error")
		})
	}
}
