package server

// Relay allows [Write] to send an error that another server sent, such as a
// *client.ResponseError, with its status, text, fields and time to wait.
// Without Relay such an error is sent as a 500, because a 401 for this server's
// token is not a 401 for its callers.
//
// The text is sent as the other server wrote it, so relay only what your
// clients may see. An error without a [pkerr.Error] or [pkerr.Code] in its
// chain is still sent as a 500, and so is one with a status below 400, such as
// a redirect.
//
// An error counts as another server's if it has a method Remote() bool that
// returns true, or if its As method provides an error that does. A
// [*pkerr.Error] that is unwrapped from such an error and returned by itself
// counts as your own, and is sent.
//
// The result has the text of err and wraps it. Relay(nil) is nil.
func Relay(err error) error {
	if err == nil {
		return nil
	}
	return &relayed{err}
}

// relayed marks an error that may be sent although another server sent it.
type relayed struct{ error }

func (e *relayed) Unwrap() error { return e.error }

// find returns the first result of get in the chain of err, in the order of
// errors.Is. It skips errors of other servers and what they wrap, unless they
// are relayed.
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
