package client

import (
	"math"
	"math/rand/v2"
	"time"
)

const (
	// maxRate is the most requests a second that are let through, whatever a
	// server says.
	maxRate = 1000

	// minShare is the least share of the rate that a process keeps for itself.
	minShare = 1. / 16

	// tellingRate is the least rate at which the number remaining shows how
	// many requests others have sent. In a smaller bucket, a difference of one
	// says nothing.
	tellingRate = 8
)

// pacer does the arithmetic of one bucket. It counts by GCRA, as the API does,
// but a little slower, so that a request that is delayed on its way does not
// find the bucket empty. docs/local-limiter.md explains how it makes room for
// others.
type pacer struct {
	// always makes it count before the first refusal, too.
	always bool

	// rate is how many requests a second the API takes.
	rate int

	// counting reports whether requests are counted. It becomes true when the
	// hold of a refusal ends or the API is seen to serve others, and false when
	// the bucket has been free for a second.
	counting bool

	// empty is when the bucket will be as if this process had sent nothing: the
	// theoretical arrival time of GCRA.
	empty time.Time

	// last is when a request was last sent.
	last time.Time

	// held is the time until which nothing may be sent, or zero.
	held time.Time

	// refused is when a refusal was last taken into account.
	refused time.Time

	// share is the part of the rate that this process takes.
	share float64

	// crowd is how many requests of others the last response showed, less one.
	// telling reports whether the response could show that.
	crowd   float64
	telling bool

	// quiet is how many requests in a row, up to the last, found the bucket
	// full.
	quiet int

	// now is the time for which the other fields hold.
	now time.Time
}

func newPacer(rate int, always bool) pacer {
	return pacer{rate: rate, always: always, share: 1}
}

// sync brings the state up to now.
func (p *pacer) sync(now time.Time) {
	if now.Before(p.now) {
		// The clock is another one: that of a testing/synctest bubble, or the
		// real one.
		*p = newPacer(p.rate, p.always)
	}
	if !p.held.IsZero() && !p.held.After(now) {
		p.release()
	}
	if p.held.IsZero() && now.Sub(p.next()) >= time.Second {
		// The bucket has been free for as long as it takes to fill up.
		p.counting, p.crowd = false, 0
	}
	p.adjust(now.Sub(p.now).Seconds())
	p.now = now
}

// release ends a hold.
func (p *pacer) release() {
	// The API's bucket has had time for one request, and no more.
	p.empty, p.counting = p.held.Add(p.burst()), true
	// Others were held, too, and should not all come back at the same moment.
	// The next turn is one spacing after last.
	after := rand.Float64() //nolint:gosec // It need not be unpredictable.
	if !p.silent() {
		after = 1.4*after - 1
	}
	p.last = p.held.Add(time.Duration(after * float64(p.spacing())))
	p.held = time.Time{}
}

// adjust makes the share grow with time, and shrink with what others send. All
// processes see the same bucket, so their shares converge.
func (p *pacer) adjust(seconds float64) {
	if p.share == 1 && p.crowd == 0 {
		return
	}
	share := (p.share + p.growth()*seconds) / (1 + 0.03*p.crowd*seconds)
	p.share = min(max(share, minShare), 1)
}

// growth returns how much the share grows in a second.
func (p *pacer) growth() float64 {
	switch {
	case p.telling:
		return 0.05
	case p.quiet >= 4:
		return 0.04 * p.share
	case p.silent() && p.now.Sub(p.refused) >= p.memory():
		return 0.1 * p.share
	}
	return 0.01 * p.share // only a refusal, which is costly, takes it back
}

// kept returns the part of the share that is left after a refusal.
func (p *pacer) kept() float64 {
	if p.telling {
		return 0.5
	}
	return 0.76
}

// turn returns the earliest time at which a request may be sent with this many
// others before it.
func (p *pacer) turn(before int) time.Time {
	ahead := time.Duration(before) * p.each()
	switch {
	case !p.held.IsZero():
		return p.held.Add(ahead)
	case p.counting || p.always:
		return later(p.next(), p.now).Add(ahead)
	}
	return p.now
}

// next returns the earliest time at which a request may be sent if requests are
// counted.
func (p *pacer) next() time.Time {
	return later(p.empty.Add(-p.burst()), p.last.Add(p.spacing()))
}

// count counts a request that is sent now.
func (p *pacer) count() {
	p.last = p.now
	p.empty = later(p.empty, p.now).Add(p.each())
	// No bucket holds more than a second's worth.
	if most := p.now.Add(max(p.each(), time.Second)); p.empty.After(most) {
		p.empty = most
	}
}

// observe updates the state with what a response said.
func (p *pacer) observe(seen Observation) {
	if seen.Rate > 0 {
		p.rate = min(seen.Rate, maxRate)
	}
	if seen.Hold <= 0 {
		p.compare(seen.Remaining)
		return
	}
	p.quiet = 0
	sent := seen.Sent
	if sent.IsZero() || sent.After(p.now) {
		sent = p.now
	}
	// A request that was sent before the last refusal was known says nothing
	// about the pace since then.
	if sent.After(p.refused) {
		if p.counting && p.byOthers() {
			p.share = max(p.share*p.kept(), minShare)
		}
		p.refused = p.now
	}
	p.held = later(p.held, p.now.Add(seen.Hold))
}

// byOthers reports whether others are the cause of a refusal. If responses do
// not show others, only a second refusal within a short time counts as a sign
// of them.
func (p *pacer) byOthers() bool {
	return p.telling || p.now.Sub(p.refused) < p.memory()
}

// memory returns how long a refusal matters if responses do not show others.
func (p *pacer) memory() time.Duration {
	if p.silent() {
		return 40 * time.Second
	}
	return 7 * time.Second
}

// silent reports whether the API does not say what remains of a bucket that is
// large enough to show others.
func (p *pacer) silent() bool { return !p.telling && p.rate >= tellingRate }

// compare computes how many requests of others are in the bucket: the rate,
// less what remains and less this process's own requests.
func (p *pacer) compare(remaining int) {
	p.crowd = 0
	if p.quiet++; remaining != p.rate-1 {
		p.quiet = 0
	}
	p.telling = remaining >= 0 && remaining <= p.rate && p.rate >= tellingRate
	if !p.telling {
		return
	}
	own := max(float64(p.empty.Sub(p.now))/float64(p.each()), 1)
	others := float64(p.rate-remaining) - own
	// Requests overtake each other, so a difference of one says nothing.
	p.crowd = max(others-1, 0)
	p.counting = p.counting || others > 2
}

// full reports whether there is nothing left to remember.
func (p *pacer) full() bool {
	return p.held.IsZero() && p.now.Sub(p.empty) >= time.Second
}

// each returns the time between two requests if no other process uses the
// bucket.
func (p *pacer) each() time.Duration { return interval(p.rate) * 20 / 19 }

// burst returns how far a request may run ahead of its time: half a second's
// worth of requests.
func (p *pacer) burst() time.Duration { return p.each() * time.Duration((p.rate-1)/2) }

// spacing returns the least time to leave between two requests for the sake of
// others, or 0 if there are none.
func (p *pacer) spacing() time.Duration {
	if p.share == 1 && p.crowd == 0 {
		return 0
	}
	intervals := (1 + 3*p.crowd/float64(p.rate)) / p.share
	if p.rate < tellingRate {
		// A small bucket has no room for two at once. If all periods are powers
		// of two, processes that have found their places in time can keep them.
		intervals = math.Exp2(math.Ceil(math.Log2(intervals) - 0.4))
	}
	if intervals < 20./19 {
		return 0
	}
	return time.Duration(intervals * float64(interval(p.rate)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
