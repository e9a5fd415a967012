package pkerrtest

import "syscall"

// Plan 9 has texts instead of numbers.
const (
	errRefused = syscall.ErrorString("connection refused")
	errReset   = syscall.ErrorString("connection reset by peer")
)
