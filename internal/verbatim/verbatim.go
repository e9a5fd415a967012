// Package verbatim finds the part of a JSON string that stands for itself,
// eight bytes at a time.
package verbatim

import (
	"encoding/binary"
	"math/bits"
)

// End goes on from i as long as every byte is just itself, and returns where it
// stops: before a quotation mark, a backslash, a control character, or a part
// of what is not ASCII. It also stops where fewer than eight bytes are left.
func End(data []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i : i+8])
		// The quotation mark and the space differ in one bit. Swapped, the mark
		// is the next after the control characters.
		swapped, escape := w^ones*('"'^' '), w^ones*'\\'
		// The lowest high bit that this sets is right, and bits above it do not
		// matter.
		if odd := (w | (swapped - ones*(' '+1)) | (escape - ones)) & highs; odd != 0 {
			return i + bits.TrailingZeros64(odd)/8
		}
	}
	return i
}
