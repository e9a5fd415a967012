package migrating

import (
	"errors"

	"github.com/starshine-sys/pkgo/v2"

	"github.com/pkerr/pkerr"
)

// fromPkgo converts an error that pkgo made from a response. The result still
// matches the original. Any other error is returned as is.
func fromPkgo(err error) error {
	if status, ok := errors.AsType[pkgo.HTTPError](err); ok {
		return pkerr.MakeCode(0, int(status)).WithCause(err)
	}
	e, ok := errors.AsType[*pkgo.PKAPIError](err)
	if !ok {
		return err
	}
	body := pkerr.Response{Code: int64(e.Code), Message: e.Message}
	if e.RetryAfter != nil {
		body.RetryAfter = new(int64(*e.RetryAfter))
	}
	for key, all := range e.Errors {
		for _, m := range all {
			object := pkerr.ErrorObject{Message: m.Message}
			if m.MaxLength > 0 { // in pkgo, 0 means absent
				object.MaxLength = &m.MaxLength
				object.ActualLength = &m.ActualLength
			}
			body.Errors.Add(key, object)
		}
	}
	return body.Err(e.StatusCode).WithCause(err)
}
