package client

import (
	"context"
	"sync"
	"time"
)

// LocalLimiter is the [Limiter] for one process. The zero value lets requests through as they come, until the API has refused
// one. From then on it counts as the API does: it holds back every request of that bucket, and lets them through in the order in
// which they came, a little slower than the API would take them, until the bucket has had the time to fill up again. Where the
// API refuses even some of those, others use the same limit, and it makes room for them.
//
// It must not be copied once it is in use. It starts no goroutines.
type LocalLimiter struct {
	// Pace makes the limiter count from the first request on, so that a busy program is hardly ever refused. Set it before
	// the limiter is used.
	Pace bool

	mu      sync.Mutex
	buckets map[Bucket]*pace
	many    int // how many buckets there may be until those that are full again are forgotten
}

const (
	// fewBuckets are so few that none needs to be forgotten.
	fewBuckets = 1024

	// maxRate is how many requests a second are let through at most, whatever a server says.
	maxRate = 1000

	// maxShare is how many intervals share is at the most: about with how many others a limit can be shared.
	maxShare = 16
)

// pace is the state of a bucket.
type pace struct {
	// turn is held by the request that is next. Those that wait for it get it in the order in which they came.
	turn chan struct{}

	// waiting counts those who hold or want the turn. A bucket without any can be forgotten.
	waiting int

	// full is when the bucket will be as if nothing had ever been sent: the «theoretical arrival time» of GCRA, the
	// algorithm of the API.
	full time.Time

	// held is until when nothing may be sent.
	held time.Time

	// rate is how many requests a second the API takes.
	rate int

	// counting tells that the API has refused a request, and that its bucket cannot have been full since.
	counting bool

	// share is how much longer than by the rate alone the time between two requests is, where others use the same limit; and
	// adapted is when that was last changed, or counting began.
	share   time.Duration
	adapted time.Time
}

// Wait waits until a request of the bucket may be sent. Where that is known to be after the deadline of ctx, it returns
// [context.DeadlineExceeded] at once.
func (l *LocalLimiter) Wait(ctx context.Context, bucket Bucket) error {
	p := l.enter(bucket)
	defer l.leave(p)
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		wait := l.reserve(p)
		if wait <= 0 {
			return nil
		}
		if tooLong(ctx, wait) {
			return context.DeadlineExceeded
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			// Look again, for there may have been another 429 in the meantime.
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// Observe sets the rate of the bucket, where it is a rate, and lets no request of it through for the time hold.
func (l *LocalLimiter) Observe(_ context.Context, bucket Bucket, seen Observation) {
	rate, hold := seen.Rate, seen.Hold
	p := l.enter(bucket)
	defer l.leave(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	if rate > 0 {
		p.rate = min(rate, maxRate)
	}
	if hold <= 0 {
		return
	}
	now := time.Now()
	if p.counting || l.Pace {
		p.refuse(now, hold)
	}
	if until := now.Add(hold); until.After(p.held) {
		p.held = until
	}
}

// refuse notes that the API has refused a request which the limiter had counted, so that others must be using the same limit.
// All who do so have to become slower, or hardly anything gets through: the API counts refusals.
func (p *pace) refuse(now time.Time, hold time.Duration) {
	p.recover(now)
	// What was sent before the last change says nothing about it.
	if now.Sub(p.adapted) > hold+time.Second/2 {
		each := interval(p.rate)
		p.share, p.adapted = min(2*p.share+each/2, maxShare*each), now
	}
}

// recover takes some of share back for each second without a refusal.
func (p *pace) recover(now time.Time) {
	for step := interval(p.rate) / 4; p.share > 0 && now.Sub(p.adapted) >= 2*time.Second; {
		p.share = max(p.share-step, 0)
		p.adapted = p.adapted.Add(time.Second)
	}
}

// enter returns the bucket's state, which is not forgotten until leave.
func (l *LocalLimiter) enter(bucket Bucket) *pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.buckets[bucket]
	if p == nil {
		l.forget()
		if l.buckets == nil {
			l.buckets = map[Bucket]*pace{}
		}
		// A scope that is not known gets the slowest rate there is.
		p = &pace{turn: make(chan struct{}, 1), rate: max(usualRate(bucket.Scope), 1)}
		l.buckets[bucket] = p
	}
	p.waiting++
	return p
}

func (l *LocalLimiter) leave(p *pace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.waiting--
}

// forget drops the buckets that are full again, each time that there are twice as many as were left the last time.
func (l *LocalLimiter) forget() {
	if len(l.buckets) < max(l.many, fewBuckets) {
		return
	}
	now := time.Now()
	for bucket, p := range l.buckets {
		if p.waiting == 0 && now.Sub(p.full) >= time.Second && !p.held.After(now) {
			delete(l.buckets, bucket)
		}
	}
	l.many = 2 * len(l.buckets)
}

// reserve books a request where it may be sent now, and else returns how long to wait before asking again.
//
// It counts as the API does, but a little slower, so that a request that is delayed on its way does not find the bucket
// empty: 19 requests in the time of 20, and of a whole second's worth only the half at once.
func (l *LocalLimiter) reserve(p *pace) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	p.recover(now)
	spacing := interval(p.rate) * 20 / 19
	burst := spacing * time.Duration((p.rate-1)/2)
	if !p.held.IsZero() {
		if wait := p.held.Sub(now); wait > 0 {
			return wait
		}
		if !p.counting && !l.Pace {
			p.adapted = now
		}
		// The API's bucket has had time for one request, and no more.
		p.held, p.full, p.counting = time.Time{}, now.Add(burst+p.share), true
	} else if idle := now.Sub(p.full); idle >= 0 {
		// The API's bucket holds a second's worth, of which this one leaves out all but the burst.
		p.full, p.counting = now, p.counting && idle < time.Second-burst
	}
	if !p.counting && !l.Pace {
		return 0
	}
	if wait := p.full.Sub(now) - burst; wait > 0 {
		return wait
	}
	p.full = p.full.Add(spacing + p.share)
	return 0
}
