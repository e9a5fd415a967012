//go:build !plan9

package pkerrtest

import "syscall"

// The errors of connections that a fault breaks.
const (
	errRefused = syscall.ECONNREFUSED
	errReset   = syscall.ECONNRESET
)
