package client

import "time"

const (
	// maxRate is how many requests a second are let through at most, whatever a
	// server says.
	maxRate = 1000

	// maxRoom is the largest room, in intervals.
	maxRoom = 16
)

// pacer does the arithmetic of one bucket. It counts by GCRA, as the API does, but
// a little slower, so that a request that is delayed on its way does not find the
// bucket empty.
//
// Its times are never further ahead than a bucket can hold.
type pacer struct {
	// always makes it count before the first refusal, too.
	always bool

	// rate is how many requests a second the API takes.
	rate int

	// counting reports whether the API has refused a request and its bucket cannot
	// have been full since.
	counting bool

	// empty is when the bucket will be as if nothing had been sent: the
	// theoretical arrival time of GCRA.
	empty time.Time

	// held is until when nothing may be sent, or zero.
	held time.Time

	// room is the time that is left to others after each request, and changed is
	// when it was last changed, or counting began.
	room    time.Duration
	changed time.Time

	// now is as of when all this is.
	now time.Time
}

// sync brings the state up to now.
func (p *pacer) sync(now time.Time) {
	if now.Before(p.now) {
		// Another clock: that of a testing/synctest bubble, or the real one after it.
		*p = pacer{always: p.always, rate: p.rate}
	}
	p.now = now
	p.recover(now)
	if !p.held.IsZero() && !p.held.After(now) {
		if !p.counting && !p.always {
			p.changed = now
		}
		// The API's bucket has had time for one request, and no more.
		p.empty, p.counting, p.held = p.held.Add(p.burst()+p.room), true, time.Time{}
	}
	// The API's bucket holds a second's worth, of which this one uses only the burst.
	p.counting = p.counting && now.Sub(p.empty) < time.Second-p.burst()
}

// turn returns the earliest time at which a request may be sent that so many
// others are sent before.
func (p *pacer) turn(now time.Time, before int) time.Time {
	ahead := time.Duration(before) * p.spacing()
	switch {
	case !p.held.IsZero():
		return p.held.Add(ahead)
	case !p.counting && !p.always:
		return now
	}
	return later(p.empty, now).Add(ahead - p.burst())
}

// count counts a request that is sent now.
func (p *pacer) count(now time.Time) {
	if p.counting || p.always {
		p.empty = later(p.empty, now).Add(p.spacing() + p.room)
	}
}

// observe takes in what a response said.
func (p *pacer) observe(now time.Time, seen Observation) {
	if seen.Rate > 0 {
		p.rate = min(seen.Rate, maxRate)
	}
	if seen.Hold <= 0 {
		return
	}
	// What was sent before the last change says nothing about it.
	if (p.counting || p.always) && now.Sub(p.changed) > seen.Hold+time.Second/2 {
		each := interval(p.rate)
		p.room, p.changed = min(2*p.room+each/2, maxRoom*each), now
	}
	if until := now.Add(seen.Hold); until.After(p.held) {
		p.held = until
	}
}

// recover takes back some of the room for each second without a refusal.
func (p *pacer) recover(now time.Time) {
	for step := interval(p.rate) / 4; p.room > 0 && now.Sub(p.changed) >= 2*time.Second; {
		p.room = max(p.room-step, 0)
		p.changed = p.changed.Add(time.Second)
	}
}

// full reports whether nothing is left to remember.
func (p *pacer) full(now time.Time) bool {
	return p.held.IsZero() && now.Sub(p.empty) >= time.Second
}

// spacing is the time between two requests of a bucket that nobody else uses.
func (p *pacer) spacing() time.Duration { return interval(p.rate) * 20 / 19 }

// burst is the time that can be made up for: half a second's worth of requests.
func (p *pacer) burst() time.Duration { return p.spacing() * time.Duration((p.rate-1)/2) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
