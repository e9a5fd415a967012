package client

import "io"

// An error and the body that it was read from are one allocation. The sizes are
// those of the allocator's classes: 256, 288, 512 and 320 bytes. Most bodies
// are short: a code and its text. One with a wait is medium, and one with some
// fields is long.
type (
	shortChecked struct {
		decoded
		wholeBody

		room [64]byte
	}
	mediumChecked struct {
		decoded
		wholeBody

		room [96]byte
	}
	longChecked struct {
		decoded
		wholeBody

		room [320]byte
	}

	// checked is for all other bodies, and those of unknown length.
	checked struct {
		decoded
		rereadable

		room [88]byte
	}
)

// A bodyAgain is a body that can be read again.
type bodyAgain interface {
	io.ReadCloser

	// keep sets what has been read, the body that it comes from, and how
	// reading has ended, if it has. It returns false if it has no room for
	// that.
	keep(read []byte, rest io.ReadCloser, err error) bool
}

// newChecked returns a new error, with its body and room for what is read of a
// body of n bytes. n is -1 if the length is unknown.
func newChecked(n int64) (d *decoded, again bodyAgain, room []byte) {
	switch {
	case n < 0:
	case n < int64(len(shortChecked{}.room)):
		c := new(shortChecked)
		return &c.decoded, c, c.room[:0]
	case n < int64(len(mediumChecked{}.room)):
		c := new(mediumChecked)
		return &c.decoded, c, c.room[:0]
	case n < int64(len(longChecked{}.room)):
		c := new(longChecked)
		return &c.decoded, c, c.room[:0]
	}
	c := new(checked)
	return &c.decoded, c, c.room[:0]
}

// wholeBody is a body that was read to its end into the room beside it.
type wholeBody struct {
	original io.ReadCloser
	from, to uint16 // what is read next
}

// Close closes the original body.
func (b *wholeBody) Close() error { return b.original.Close() }

// keepIn keeps what was read into room first.
func (b *wholeBody) keepIn(room, read []byte, original io.ReadCloser, err error) bool {
	if err != io.EOF || len(read) > len(room) { //nolint:errorlint // A Reader returns it unwrapped.
		return false
	}
	b.original, b.to = original, uint16(len(read)) //nolint:gosec // No room is that large.
	return true
}

func (b *wholeBody) readFrom(room, p []byte) (int, error) {
	if b.from == b.to {
		return 0, io.EOF
	}
	n := copy(p, room[b.from:b.to])
	b.from += uint16(n) //nolint:gosec // No room is that large.
	return n, nil
}

func (c *shortChecked) Read(p []byte) (int, error)  { return c.readFrom(c.room[:], p) }
func (c *mediumChecked) Read(p []byte) (int, error) { return c.readFrom(c.room[:], p) }
func (c *longChecked) Read(p []byte) (int, error)   { return c.readFrom(c.room[:], p) }

func (c *shortChecked) keep(read []byte, original io.ReadCloser, err error) bool {
	return c.keepIn(c.room[:], read, original, err)
}

func (c *mediumChecked) keep(read []byte, original io.ReadCloser, err error) bool {
	return c.keepIn(c.room[:], read, original, err)
}

func (c *longChecked) keep(read []byte, original io.ReadCloser, err error) bool {
	return c.keepIn(c.room[:], read, original, err)
}
