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

// A keeper keeps a body that has been read, so that it can be read again.
type keeper interface {
	// keep returns the body. read is what was read, rest is the original, and
	// err is how reading that has ended, if it has.
	keep(read []byte, rest io.ReadCloser, err error) io.ReadCloser
}

// newChecked returns a new error, its body, and room for what is read of a body
// of n bytes. n is -1 if the length is unknown.
func newChecked(n int64) (d *decoded, body keeper, room []byte) {
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

// keepIn keeps in self what was read into room first. If that is not all, or
// too long, it returns another body.
func (b *wholeBody) keepIn(
	room []byte, self io.ReadCloser, read []byte, rest io.ReadCloser, err error,
) io.ReadCloser {
	if err != io.EOF || len(read) > len(room) { //nolint:errorlint // A Reader returns it unwrapped.
		return &rereadable{read: read, rest: rest, err: err}
	}
	b.original, b.to = rest, uint16(len(read)) //nolint:gosec // No room is that large.
	return self
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

func (c *shortChecked) keep(read []byte, rest io.ReadCloser, err error) io.ReadCloser {
	return c.keepIn(c.room[:], c, read, rest, err)
}

func (c *mediumChecked) keep(read []byte, rest io.ReadCloser, err error) io.ReadCloser {
	return c.keepIn(c.room[:], c, read, rest, err)
}

func (c *longChecked) keep(read []byte, rest io.ReadCloser, err error) io.ReadCloser {
	return c.keepIn(c.room[:], c, read, rest, err)
}
