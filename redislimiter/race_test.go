//go:build race

package redislimiter_test

// raceEnabled reports whether the race detector, which slows programs down, is
// enabled.
const raceEnabled = true
