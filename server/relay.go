package server

// Relay allows [Write] to send an error that another server sent, such as a
// *client.ResponseError, with its status, text, fields and time to wait.
// Without Relay such an error is a 500: a 401 for our token is not one for our
// callers.
//
// The text goes out as the other server wrote it, so relay only what your
// clients may see. An error without a [pkerr.Error] or [pkerr.Code] in it is
// still a 500, and so is one with a status below 400, such as a redirect.
//
// An error came from another server if it, or what its As method offers, has a
// method Remote() bool that returns true. The [*pkerr.Error] taken out of such
// an error and returned alone is yours, and is sent.
//
// The result has the text of err and unwraps to it. Relay(nil) is nil.
func Relay(err error) error {
	if err == nil {
		return nil
	}
	return &relayed{err}
}

// relayed marks an error that may be sent although another server sent it.
type relayed struct{ error }

func (e *relayed) Unwrap() error { return e.error }

// find returns what get finds in the first error of the chain of err that has
// it, in the order of errors.Is. It skips errors of other servers and what they
// wrap, unless they are relayed.
func find[T any](
	err error, isRelayed bool, get func(err error, isRelayed bool) (T, bool),
) (T, bool) {
	for err != nil {
		if _, ok := err.(*relayed); ok {
			isRelayed = true
		}
		if !isRelayed && isRemote(err) {
			break
		}
		if found, ok := get(err, isRelayed); ok {
			return found, true
		}
		switch wrapper := err.(type) {
		case interface{ Unwrap() error }:
			err = wrapper.Unwrap()
			continue
		case interface{ Unwrap() []error }:
			for _, err := range wrapper.Unwrap() {
				if found, ok := find(err, isRelayed, get); ok {
					return found, true
				}
			}
		}
		break
	}
	var none T
	return none, false
}
