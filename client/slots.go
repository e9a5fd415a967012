package client

import (
	"slices"
	"time"
)

// slotRequest is a request that needs a slot of its bucket. The limiter grants
// slots. A request that may count towards either of two buckets needs a slot of
// each, and uses only one of them.
type slotRequest struct {
	route  route
	bucket Bucket // whose slot it needs next; later, the one it counted towards

	slots   [2]Bucket // granted to it
	granted int       // how many of slots are set

	// inLine reports whether it is in the line of requests of its kind that
	// need two slots. first reports whether it is at the head of that line.
	// Only that request takes slots, so that no slot is kept for long.
	inLine, first bool

	// sure reports whether one slot is all that it needs.
	sure bool

	// ownLimiter reports whether the limiter is a LocalLimiter. That one grants
	// a slot at once if it can, and its arithmetic is known.
	ownLimiter bool

	// wake, if set, makes the waiting request look again. asOf is the value of
	// scopes.changes when it last looked.
	wake func()
	asOf int
}

// spareSlots are the slots of a bucket that were granted but not used.
type spareSlots struct {
	// n is how many there are. It is negative if slots were used without being
	// granted.
	n float64

	// level is how many slots the limiter counts in the bucket, as far as is
	// known. There cannot be more spare slots than that, because the API's
	// bucket drains just as fast.
	level float64

	asOf time.Time
}

// next finds the slot that r needs next, and reports whether it needs one.
// ahead is how many requests in line come before r.
func (s *scopes) next(r *slotRequest) (needs bool, ahead int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.asOf = s.changes
	scope, other := s.expect(r.route)
	r.bucket = r.route.bucket(scope)
	if other == "" {
		s.leaveLine(r)
		s.passOn(r, r.bucket, r.bucket)
		s.settle(r)
		r.sure = len(s.spare) == 0
		return r.granted == 0, 0
	}
	r.sure = false
	if !r.inLine {
		r.inLine = true
		s.waiting = append(s.waiting, r)
	}
	both := [...]Bucket{r.bucket, r.route.bucket(other)}
	s.passOn(r, both[0], both[1])
	s.settle(r)
	ahead = s.ahead(r)
	r.first = ahead == 0
	if !r.first {
		return true, ahead
	}
	for _, b := range both {
		if !r.has(b) {
			r.bucket = b
			return true, 0
		}
	}
	s.leaveLine(r)
	return false, 0
}

func (r *slotRequest) has(b Bucket) bool { return slices.Contains(r.slots[:r.granted], b) }

func (r *slotRequest) add(b Bucket) {
	r.slots[r.granted] = b
	r.granted++
}

// grant notes that the limiter has granted r the slot that it needed, at once
// or after a wait.
func (s *scopes) grant(r *slotRequest, waited bool) {
	r.add(r.bucket)
	if !r.inLine {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.spareOf(r.bucket)
	is.level++
	if waited && r.ownLimiter {
		is.level = fullLevel(r.bucket) // it was full, and one has drained
	}
	s.setSpare(r.bucket, is)
}

// counted notes the scope that the response to r names, and passes on the slots
// that r has not used. If the response names no scope, nothing is passed on,
// because r may have used any of its slots.
func (s *scopes) counted(r *slotRequest, scope string) {
	if scope == "" || len(scope) > maxScope {
		r.granted = 0
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.bucket = r.route.bucket(scope)
	if r.ownLimiter && !r.has(r.bucket) {
		s.addSpare(r.bucket, -1)
	}
	s.passOn(r, r.bucket, r.bucket)
	r.granted = 0
	routeChanged, kindChanged := s.learn(r.route, scope)
	if !routeChanged && !kindChanged {
		return
	}
	s.changes++
	kind := r.route.kind()
	for _, w := range s.waiting {
		if w.wake != nil && (w.route == r.route || kindChanged && w.route.kind() == kind) {
			w.wake()
		}
	}
}

// refused drops the spare slots of a bucket, because a refusal shows that the
// bucket is fuller than was thought.
func (s *scopes) refused(b Bucket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.spare, b)
}

// wait sets the function that wakes r, and reports whether r may wait. It may
// not if something has changed since it last looked.
func (s *scopes) wait(r *slotRequest, wake func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.asOf != s.changes {
		return false
	}
	r.wake = wake
	if !r.inLine {
		s.waiting = append(s.waiting, r)
	}
	return true
}

// stop ends the wait of r. It keeps the place of r in line.
func (s *scopes) stop(r *slotRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.wake = nil
	if !r.inLine {
		s.remove(r)
	}
}

// leave removes a request that gives up, wherever it waits, and passes on its
// slots.
func (s *scopes) leave(r *slotRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.wake = nil
	s.leaveLine(r)
	s.remove(r)
	s.passOn(r, Bucket{}, Bucket{})
}

func (s *scopes) leaveLine(r *slotRequest) {
	if !r.inLine {
		return
	}
	r.inLine, r.first = false, false
	s.remove(r)
	s.changes++
	kind := r.route.kind()
	for _, w := range s.waiting {
		if w.inLine && w.route.kind() == kind {
			if w.wake != nil {
				w.wake()
			}
			return
		}
	}
}

func (s *scopes) remove(r *slotRequest) {
	if i := slices.Index(s.waiting, r); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
}

// ahead returns how many requests are before r in line.
func (s *scopes) ahead(r *slotRequest) int {
	n, kind := 0, r.route.kind()
	for _, w := range s.waiting {
		if w == r {
			break
		}
		if w.inLine && w.route.kind() == kind {
			n++
		}
	}
	return n
}

// passOn turns the slots of r into spare ones, except those of the buckets a
// and b.
func (s *scopes) passOn(r *slotRequest, a, b Bucket) {
	slots := r.slots[:r.granted]
	r.granted = 0
	for _, slot := range slots {
		if slot == a || slot == b {
			r.add(slot)
			continue
		}
		s.addSpare(slot, 1)
		s.changes++
		for _, w := range s.waiting {
			if w.first && w.bucket == slot && w.wake != nil {
				w.wake()
				break
			}
		}
	}
}

// settle uses the slots of r to make up for slots of the same buckets that were
// used without being granted.
func (s *scopes) settle(r *slotRequest) {
	slots := r.slots[:r.granted]
	r.granted = 0
	for _, slot := range slots {
		if s.spareOf(slot).n <= -0.5 {
			s.addSpare(slot, 1)
			continue
		}
		r.add(slot)
	}
}

// takeSpare gives r a spare slot of the bucket that it needs, and reports
// whether there was one. If there was none, r has to wait, and does not keep a
// slot of another bucket meanwhile.
func (s *scopes) takeSpare(r *slotRequest) bool {
	if !r.inLine {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.spareOf(r.bucket)
	if r.ownLimiter {
		is.level = max(is.level, fullLevel(r.bucket)-1) // else it would have granted one
		s.setSpare(r.bucket, is)
	}
	if is.n < 0.9 { // clocks are not exact
		for _, slot := range r.slots[:r.granted] {
			s.addSpare(slot, 1)
		}
		r.granted = 0
		return false
	}
	s.addSpare(r.bucket, -1)
	r.add(r.bucket)
	return true
}

// fullLevel is how many slots [LocalLimiter] grants at once.
func fullLevel(b Bucket) float64 { return float64((max(usualRate(b.Scope), 1) + 1) / 2) }

func (s *scopes) addSpare(b Bucket, n float64) {
	is := s.spareOf(b)
	is.n += n
	s.setSpare(b, is)
}

func (s *scopes) setSpare(b Bucket, is spareSlots) {
	if s.spare == nil || len(s.spare) >= maxRoutes {
		s.spare = map[Bucket]spareSlots{}
	}
	s.spare[b] = is
}

// spareOf returns the spare slots of a bucket as of now.
func (s *scopes) spareOf(b Bucket) spareSlots {
	now := time.Now()
	is := s.spare[b]
	idle := now.Sub(is.asOf)
	if idle < 0 {
		return spareSlots{asOf: now} // the old time is from another clock
	}
	rate := max(usualRate(b.Scope), 1)
	drained := float64(idle) / float64(interval(rate)*20/19)
	is.level = max(is.level-drained, 0)
	if is.n < 0 {
		is.n = min(is.n+drained, 0)
	}
	// The API allows a few more at once, except for writes.
	is.n = min(is.n, is.level+float64(rate/10))
	is.asOf = now
	return is
}

// lineDelay returns the least time that a request waits with this many others
// ahead of it. Two buckets grant two slots in each interval, in addition to
// their bursts.
func lineDelay(b Bucket, ahead int) time.Duration {
	rate := usualRate(b.Scope)
	if ahead <= rate || rate == 0 {
		return 0
	}
	return time.Duration(ahead-rate) * interval(rate) / 2
}
