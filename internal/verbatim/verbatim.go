// Package verbatim finds the part of a JSON string that needs no decoding,
// eight bytes at a time.
package verbatim

import (
	"encoding/binary"
	"math/bits"
)

// End returns the index of the first byte at or after i that needs decoding: a
// quotation mark, a backslash, a control character, or one that is not ASCII.
// It may stop earlier if fewer than eight bytes are left.
func End(data []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i : i+8])
		// Swapping the quotation mark with the space, which differs in one bit,
		// puts it next to the control characters.
		swapped, escape := w^ones*('"'^' '), w^ones*'\\'
		// The lowest high bit is exact. The bits above it do not matter.
		if odd := (w | (swapped - ones*(' '+1)) | (escape - ones)) & highs; odd != 0 {
			return i + bits.TrailingZeros64(odd)/8
		}
	}
	return i
}
