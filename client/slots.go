package client

import (
	"slices"
	"time"
)

// slotRequest is a request that needs a slot of its bucket, which the limiter
// grants. If it may count towards either of two buckets it needs one of each,
// and uses only one.
type slotRequest struct {
	route  route
	bucket Bucket // that it needs a slot of next, and then the one it counted towards

	slots   [2]Bucket // that it was granted
	granted int       // how many of these

	// inLine reports whether it is in the line of those of its kind that need
	// two slots. Only the first of them takes any, so that none is kept for
	// long.
	inLine, first bool

	// sure reports whether one slot is all that it needs.
	sure bool

	// settles reports whether slots that it used without being granted are made
	// up for. They are if the limiter is this process's own.
	settles bool

	// wake makes it look again, if it waits. asOf is what it has seen of the
	// changes.
	wake func()
	asOf int
}

// spareSlots are the slots of a bucket that were granted and not used; or, if n
// is negative, used without being granted.
type spareSlots struct {
	n int

	// asOf is when the limiter last granted a slot to a request that needs two,
	// or when one was last used without being granted.
	asOf time.Time
}

// next finds the slot that r needs next, and reports whether it needs one.
// ahead is how many others in line take theirs before.
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
		if !r.has(b) && !s.takeSpare(r, b) {
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

// grant notes that the limiter has granted r the slot that it needed.
func (s *scopes) grant(r *slotRequest) {
	r.add(r.bucket)
	if !r.inLine {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setSpare(r.bucket, spareSlots{s.spareOf(r.bucket).n, time.Now()})
}

// counted notes the scope that the response to r names, and passes on the slots
// that r has not used. If the response names none, r may have used any of them.
func (s *scopes) counted(r *slotRequest, scope string) {
	if scope == "" || len(scope) > maxScope {
		r.granted = 0
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.bucket = r.route.bucket(scope)
	if r.settles && !r.has(r.bucket) {
		s.setSpare(r.bucket, spareSlots{s.spareOf(r.bucket).n - 1, time.Now()})
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

// refused drops the spare slots of a bucket that is fuller than was thought.
func (s *scopes) refused(b Bucket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.spare, b)
}

// wait sets what wakes r. It reports whether nothing has changed since r
// looked.
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

// stop ends wait. It keeps the place of r in line.
func (s *scopes) stop(r *slotRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.wake = nil
	if !r.inLine {
		s.remove(r)
	}
}

// leave is for a request that gives up.
func (s *scopes) leave(r *slotRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaveLine(r)
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

// passOn makes the slots of r spare ones, except those of the buckets a and b.
func (s *scopes) passOn(r *slotRequest, a, b Bucket) {
	slots := r.slots[:r.granted]
	r.granted = 0
	for _, slot := range slots {
		if slot == a || slot == b {
			r.add(slot)
			continue
		}
		is := s.spareOf(slot)
		is.n++
		s.setSpare(slot, is)
		s.changes++
		i := slices.IndexFunc(s.waiting, func(w *slotRequest) bool { return w.first && w.bucket == slot && w.wake != nil })
		if i >= 0 {
			s.waiting[i].wake()
		}
	}
}

// settle makes up for slots that were used without being granted, with those of
// r.
func (s *scopes) settle(r *slotRequest) {
	slots := r.slots[:r.granted]
	r.granted = 0
	for _, slot := range slots {
		if is := s.spareOf(slot); is.n < 0 {
			is.n++
			s.setSpare(slot, is)
			continue
		}
		r.add(slot)
	}
}

// takeSpare gives r a spare slot, and reports whether there was one.
func (s *scopes) takeSpare(r *slotRequest, b Bucket) bool {
	is := s.spareOf(b)
	if is.n <= 0 {
		return false
	}
	is.n--
	s.setSpare(b, is)
	r.add(b)
	return true
}

func (s *scopes) setSpare(b Bucket, is spareSlots) {
	if s.spare == nil || len(s.spare) >= maxRoutes {
		s.spare = map[Bucket]spareSlots{}
	}
	s.spare[b] = is
}

// spareOf returns the spare slots of a bucket that still count. The API's
// bucket drains, and so a slot is spare only until the limiter's count of the
// bucket, which is of half a second's worth, has drained as well.
func (s *scopes) spareOf(b Bucket) spareSlots {
	is := s.spare[b]
	idle := time.Since(is.asOf)
	if is.n == 0 || idle < 0 || idle > time.Second {
		return spareSlots{asOf: is.asOf}
	}
	rate := max(usualRate(b.Scope), 1)
	spacing := interval(rate) * 20 / 19
	if is.n < 0 {
		is.n = min(is.n+int(idle/spacing), 0)
	} else {
		is.n = max(min(is.n, (rate+1)/2-int((idle+spacing*3/4)/spacing)), 0)
	}
	return is
}

// lineDelay returns how long a request waits at least that has so many others
// ahead of it: two buckets grant two slots in each interval, besides their
// bursts.
func lineDelay(b Bucket, ahead int) time.Duration {
	rate := usualRate(b.Scope)
	if ahead <= rate || rate == 0 {
		return 0
	}
	return time.Duration(ahead-rate) * interval(rate) / 2
}
