package main

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/pkerr/pkerr"
)

// bindError returns the error to send for an error of a framework's own Bind.
// It names at most one field; server.DecodeJSON names all.
func bindError(err error) error {
	if err == nil || pkerr.CodeOf(err) != 0 {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return pkerr.ContentTooLarge.WithCause(err)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		var fields pkerr.Fields
		fields.Invalid(e.Field)
		return pkerr.ModelParse.WithFields(fields).WithCause(err)
	}
	return pkerr.BadRequest.WithCause(err)
}
