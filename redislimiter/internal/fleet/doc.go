// Package fleet runs a fleet against a copy of the API's rate limits and counts
// what gets through. Its processes are real ones: the program starts itself
// again. It serves the tests, the example and the charts of this module.
package fleet
