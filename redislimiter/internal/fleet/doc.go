// Package fleet runs a fleet of processes against a copy of the API's rate
// limits, and counts the requests that are served. The processes are real: the
// program starts itself again. The tests, the example and the charts of this
// module use it.
package fleet
