// Package conventions has no code. Its tests check rules for the whole
// repository: what packages export and import, that importing them costs
// nothing, and how comments are written.
package conventions
