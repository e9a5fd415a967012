package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/pkerr/pkerr"
)

// Public returns what [Write] would send for err, for connections that are not
// answered with HTTP, such as streams and sockets. The result has its message
// filled in, and no cause. Encoded as JSON it is the body that Write sends,
// without the texts of a [Localizer].
//
// Mappers in ctx are called, with a nil request; see [NewContext]. Nothing is
// logged, and no hook is called; return err from the handler for that. A nil
// ctx has no options. Public(ctx, nil) is nil.
func Public(ctx context.Context, err error) *pkerr.Error {
	if err == nil {
		return nil
	}
	c := configIn(ctx)
	e := c.outgoing(nil, err)
	return e.WithMessage(e.Response().Message).WithCause(nil)
}

// outgoing returns the error that is sent for err. The status of its code is
// that of the response.
func (c *config) outgoing(r *http.Request, err error) pkerr.Error {
	if mapped := c.mapped(r, err); mapped != nil {
		err = mapped
	}
	return sendable(err)
}

// sendable returns a copy of the error of the API that is sent for err.
func sendable(err error) (e pkerr.Error) {
	if code, ok := err.(pkerr.Code); ok { // by far the most common
		return complete(pkerr.Error{Code: code})
	}
	defer func() {
		if recover() != nil { // in a method of err
			e = pkerr.Error{Code: pkerr.InternalServerError}
		}
	}()
	if e, ok := find(err, false, apiError); ok {
		return complete(e)
	}
	if _, ok := find(err, false, maxBytesError); ok {
		return pkerr.Error{Code: pkerr.ContentTooLarge}
	}
	return pkerr.Error{Code: pkerr.InternalServerError}
}

// apiError returns the error of the API that err itself is, or that its As
// method provides. It returns false if there is none, or if it is empty.
func apiError(err error, isRelayed bool) (e pkerr.Error, ok bool) {
	switch err := err.(type) {
	case pkerr.Code:
		e.Code = err
	case *pkerr.Code:
		if err != nil {
			e.Code = *err
		}
	case *pkerr.Error:
		if err != nil {
			e = *err
		}
	case interface{ As(target any) bool }:
		var whole *pkerr.Error
		var code pkerr.Code
		switch {
		case err.As(&whole) && whole != nil:
			e = *whole
		case err.As(&code):
			e.Code = code
		}
	}
	if e.Code == 0 && hasFields(e.Fields) {
		e.Code = pkerr.ModelParse
	}
	if e.Code == 0 && e.Message == "" {
		return pkerr.Error{}, false
	}
	if isRelayed && e.Code.Status() < http.StatusBadRequest {
		// Such as a redirect, whose status and text are not for our client.
		e = pkerr.Error{Code: pkerr.InternalServerError}
	}
	return e, true
}

func hasFields(fields pkerr.Fields) bool {
	for _, objects := range fields {
		if len(objects) > 0 {
			return true
		}
	}
	return false
}

// maxBytesError reports whether err is an *http.MaxBytesError, or its As method
// provides one.
func maxBytesError(err error, _ bool) (struct{}, bool) {
	switch err := err.(type) {
	case *http.MaxBytesError:
		return struct{}{}, true
	case interface{ As(target any) bool }:
		var e *http.MaxBytesError
		return struct{}{}, err.As(&e) && e != nil
	}
	return struct{}{}, false
}

// isRemote reports whether err came from another server, or its As method
// provides an error that did.
func isRemote(err error) bool {
	switch err := err.(type) {
	case pkerr.Code, *pkerr.Code, *pkerr.Error: // the usual errors, which never are
		return false
	case interface{ Remote() bool }:
		return err.Remote()
	case interface{ As(target any) bool }:
		var remote interface{ Remote() bool }
		return err.As(&remote) && remote != nil && remote.Remote()
	}
	return false
}

// complete returns e with a valid status and a message.
func complete(e pkerr.Error) pkerr.Error {
	if e.Code.Status() < http.StatusBadRequest {
		e.Code = pkerr.MakeCode(e.Code.Number(), http.StatusInternalServerError)
		if e.Code == 0 {
			e.Code = pkerr.InternalServerError
		}
	}
	status := e.Code.Status()
	if e.Message == "" && e.Code.Message() == "" && pkerr.Code(status).Message() == "" {
		if text := http.StatusText(status); text != "" {
			// The API's texts for plain codes have this form.
			e.Message = strconv.Itoa(status) + ": " + text
		}
	}
	return e
}
