// Package migrating has the Go code of docs/migrating.md: how a program that
// uses pkgo, or decodes the API's errors by hand, gets the errors of package
// pkerr.
package migrating
