package server

import "github.com/pkerr/pkerr"

// Relay allows [Write] to send an error that another server sent, such as a *client.ResponseError: with its status, text,
// fields, and time to wait. Without it such an error is a 500, since what another server answered to us, such as a 401 for
// our token, is not what our client should read as its own.
//
// The text goes out as the other server wrote it, so relay only what your clients may see. An error with no [pkerr.Error] or
// [pkerr.Code] in it is still a 500.
//
// An error is one of another server where it, or what its As method offers, has a method Remote() bool that returns true.
// Whoever takes the [*pkerr.Error] out of such an error and returns that alone makes it their own, and it is sent.
//
// The result has the text of err and unwraps to it. Relay(nil) is nil.
func Relay(err error) error {
	if err == nil {
		return nil
	}
	return &relayed{err}
}

// relayed marks an error that may be sent though it came over the wire.
type relayed struct{ error }

func (e *relayed) Unwrap() error { return e.error }

// sendable returns the outermost error of the API in the chain of err that is ours to send, in the order of errors.Is, and
// nil where there is none. What came over the wire is not ours, nor is what it wraps, but where relay says so.
func sendable(err error, relay bool) *pkerr.Error {
	for err != nil {
		if _, ok := err.(*relayed); ok {
			relay = true
		}
		if !relay && isRemote(err) {
			return nil
		}
		if e := offered(err); e != nil {
			return e
		}
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			for _, err := range u.Unwrap() {
				if e := sendable(err, relay); e != nil {
					return e
				}
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// isRemote tells whether err itself came over the wire, or offers by an As method what did: what else it offers is then not
// ours either.
func isRemote(err error) bool {
	remote, ok := err.(interface{ Remote() bool })
	if as, can := err.(interface{ As(target any) bool }); can && !ok {
		ok = as.As(&remote)
	}
	return ok && remote != nil && remote.Remote()
}

// offered returns the error of the API that err itself is, or offers by an As method; nil where there is none, or it says
// nothing.
func offered(err error) *pkerr.Error {
	var e *pkerr.Error
	var code pkerr.Code
	switch err := err.(type) {
	case *pkerr.Error:
		e = err
	case pkerr.Code:
		code = err
	case interface{ As(target any) bool }:
		if !err.As(&e) && !err.As(&code) {
			return nil
		}
	}
	if code != 0 {
		return &pkerr.Error{Code: code}
	}
	if e == nil || e.Code == 0 && e.Message == "" {
		return nil
	}
	return e
}
