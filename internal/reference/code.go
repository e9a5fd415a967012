package reference

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Code identifies an error of the API: number*1000 + status. A pkerr.Code has
// the same value, so that one converts to the other.
type Code int64

// Number returns the API's own number, which is 0 for a plain code.
func (c Code) Number() int64 { return int64(c) / 1000 }

// Status returns the HTTP status.
func (c Code) Status() int { return int(c % 1000) }

// String returns a code as pkerr.Code does: "20003/404".
func (c Code) String() string {
	return strconv.FormatInt(c.Number(), 10) + "/" + strconv.Itoa(c.Status())
}

// Anchor returns the short name of a code, as in docs/errors.md: its number, or
// the status of a plain code.
func (c Code) Anchor() string {
	return strconv.FormatInt(cmp.Or(c.Number(), int64(c)), 10)
}

// MarshalText returns what String returns.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what String returns.
func (c *Code) UnmarshalText(text []byte) error {
	number, status, _ := strings.Cut(string(text), "/")
	n, err := strconv.ParseInt(number, 10, 32)
	s, _ := strconv.Atoi(status)
	read := Code(n*1000 + int64(s))
	if err != nil || n < 0 || s < 100 || s > 999 || read.String() != string(text) {
		return fmt.Errorf("%q is not a code: "+
			"want a number and a status, such as \"20003/404\"", text)
	}
	*c = read
	return nil
}
