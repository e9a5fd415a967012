package client

import (
	"context"
	"time"
)

// A Limiter decides when [Transport] may send a request. [LocalLimiter] serves
// one process. With another one, processes that share an IP address or a token
// can share their limits.
//
// A Limiter must be safe for concurrent use.
type Limiter interface {
	// Wait returns nil once a request that counts towards the bucket may be
	// sent. It returns a [*WaitError] as soon as its turn is known to come
	// after the deadline of ctx, and another error if the limiter cannot tell
	// or ctx is done; then the request is not sent.
	//
	// A granted turn may go unused: the request may be cancelled, or turn out
	// to count towards another bucket.
	Wait(ctx context.Context, bucket Bucket) error

	// Observe reports what a response said of the bucket. Transport calls it
	// with every 429, and with every other response that says a rate. It calls
	// it again if the body of a 429 asks for a longer hold than its header. It
	// must not block for long.
	Observe(ctx context.Context, bucket Bucket, seen Observation)
}

// An Observation is what one response said of its [Bucket].
type Observation struct {
	// Rate is how many requests the bucket takes in a second, and 0 if the
	// response does not say.
	Rate int

	// Remaining is how many more requests the bucket would take, in whole ones,
	// and -1 if the response does not say.
	Remaining int

	// Hold is how long no request may be sent from now on. It is positive
	// exactly after a 429. Transport itself holds only the request that was
	// refused.
	Hold time.Duration

	// Sent is when the request was sent.
	Sent time.Time
}
