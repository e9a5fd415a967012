// Package migrating contains the Go code of docs/migrating.md. It shows how a
// program that uses pkgo, or decodes the API's errors by hand, can use the
// errors of package pkerr instead.
package migrating
