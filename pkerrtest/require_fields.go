package pkerrtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pkerr/pkerr"
)

// RequireFields fails the test, and stops it, unless err has errors for exactly
// these keys of the request. What is wrong with them does not matter, and
// neither does their order. Without a key it requires that no key has an error.
//
// It uses [pkerr.FieldErrors], so err may be wrapped. A nil err has no keys.
func RequireFields(tb testing.TB, err error, keys ...string) {
	tb.Helper()
	fields := pkerr.FieldErrors(err)
	var missing, unexpected []string
	for _, key := range keys {
		if len(fields[key]) == 0 {
			missing = append(missing, key)
		}
	}
	for key := range fields {
		if !slices.Contains(keys, key) {
			unexpected = append(unexpected, key)
		}
	}
	if len(missing)+len(unexpected) == 0 {
		return
	}
	tb.Fatalf(`the wrong keys have errors
      want: %s
       got: %s
   missing: %s
unexpected: %s
 the error: %v`,
		list(keys), list(slices.Collect(maps.Keys(fields))), list(missing), list(unexpected), err)
}

// RequireTooLong fails the test, and stops it, unless err says that the value
// of key is too long, with these lengths, as [pkerr.Length] counts. Other
// errors of the key, and other keys, do not matter.
//
// It uses [pkerr.FieldErrors], so err may be wrapped. A nil err makes it fail.
func RequireTooLong(tb testing.TB, err error, key string, maxLength, actualLength int) {
	tb.Helper()
	objects := pkerr.FieldErrors(err)[key]
	var got []string
	for _, o := range objects {
		if equals(o.MaxLength, maxLength) && equals(o.ActualLength, actualLength) {
			return
		}
		got = append(got, fmt.Sprintf("max_length %s, actual_length %s (%q)",
			length(o.MaxLength), length(o.ActualLength), o.Message))
	}
	if got == nil {
		got = []string{"no error for this key"}
	}
	tb.Fatalf(`no error says that %q is too long, with these lengths
      want: max_length %d, actual_length %d
       got: %s
 the error: %v`, key, maxLength, actualLength, strings.Join(got, "\n            "), err)
}

func equals(n *int, want int) bool { return n != nil && *n == want }

// list returns the keys in order, on one line, without duplicates.
func list(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	quoted := make([]string, 0, len(keys))
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		quoted = append(quoted, fmt.Sprintf("%q", key))
	}
	return strings.Join(quoted, ", ")
}

func length(n *int) string {
	if n == nil {
		return "absent"
	}
	return strconv.Itoa(*n)
}
