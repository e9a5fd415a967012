// Package browsertest tests the page of "pkerr serve" in a real browser. It is
// a module of its own, so that other builds do not download what it needs.
//
// It needs Chromium, such as the package chromium of Debian, and builds the
// command from the directory above.
package browsertest
