package client

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
)

// scopes knows which bucket a request counts towards: the one that the API has
// named for its route; failing that, for other routes of the same kind; failing
// that, a guess.
type scopes struct {
	mu    sync.Mutex
	seen  map[route]string     // by route, unless its kind says the same
	kinds map[route]kindScopes // by kind, unless the guess is the same

	// waiting holds the requests that wait for a slot. spare holds the slots
	// that were granted but not used.
	waiting []*slotRequest
	spare   map[Bucket]spareSlots
	changes int // how often what waiting requests need or can get has changed
}

// route is the part of a request that the API's choice of a scope can depend
// on.
type route struct {
	host, owner, path string
	own               bool // the path says that it is about the token's own system
	read              bool
	all               bool // it stands for all routes of one kind
}

// kindScopes are the scopes that the API has named for routes of one kind.
type kindScopes struct {
	last  string // the scope named last
	other string // the one named before it, if that was not long ago
	run   int    // how many times in a row last was named
}

const (
	// genericGet and genericUpdate are the scopes of requests that are counted
	// by IP address.
	genericGet    = "generic_get"
	genericUpdate = "generic_update"

	// maxRoutes is how many routes are remembered. When there are more, all are
	// forgotten and learned anew. The number of routes has no limit, because
	// paths contain IDs.
	maxRoutes = 4096

	// maxScope is the greatest length of a scope's name. The names that the API
	// uses are much shorter.
	maxScope = 64

	// mixedRun is how many responses in a row must name the same scope before a
	// kind of route is no longer expected to have a second one.
	mixedRun = 16
)

// expect returns the scope that a request of the route is expected to have. If
// another scope is also expected, other is that one.
//
// A program that goes through its members uses each path once. The best guess
// is then the scope that the API last named for a similar path, unless it has
// recently named two.
func (s *scopes) expect(r route) (scope, other string) {
	if scope, ok := s.seen[r]; ok {
		return scope, ""
	}
	if len(s.kinds) > 0 && !r.own {
		if k, ok := s.kinds[r.kind()]; ok {
			return k.last, k.other
		}
	}
	return r.guess(), ""
}

// learn notes the scope that a response of the route names. one reports whether
// this changes what is expected of the route, and kind whether it changes what
// is expected of others of its kind.
func (s *scopes) learn(r route, scope string) (one, kind bool) {
	expected, other := s.expect(r)
	if scope == expected && len(s.kinds) == 0 {
		return false, false // the usual case
	}
	if scope != expected || other != "" {
		if _, known := s.seen[r]; s.seen == nil || !known && len(s.seen) >= maxRoutes {
			s.seen = map[route]string{}
		}
		s.seen[r] = scope
		one = true
	}
	return one, !r.own && s.learnKind(r.kind(), scope)
}

func (s *scopes) learnKind(r route, scope string) (changed bool) {
	before, known := s.kinds[r]
	if !known && scope == r.guess() {
		return false
	}
	k := before
	switch {
	case scope != k.last:
		k = kindScopes{last: scope, other: k.last}
	case k.run >= mixedRun:
		k.other = ""
	}
	k.run = min(k.run+1, mixedRun)
	if s.kinds == nil || !known && len(s.kinds) >= maxRoutes {
		s.kinds = map[route]kindScopes{}
	}
	s.kinds[r] = k
	return !k.sameAs(before)
}

// sameAs reports whether k and other have the same scopes.
func (k kindScopes) sameAs(other kindScopes) bool {
	return k.last == other.last && k.other == other.other ||
		k.last == other.other && k.other == other.last
}

// bucket returns the bucket of the route's requests in that scope.
func (r route) bucket(scope string) Bucket {
	b := Bucket{Host: r.host, Scope: scope}
	if strings.HasPrefix(scope, "own_system_") {
		b.Owner = r.owner // in all other scopes the API counts by IP address
	}
	return b
}

func routeOf(req *http.Request) route {
	r := route{read: isRead(req.Method)}
	if req.URL != nil {
		r.host, r.path = req.URL.Host, req.URL.Path
	}
	if token := first(req.Header, "Authorization"); token != "" {
		// A hash, because buckets are printed, and shared limiters store them.
		sum := sha256.Sum256(append(make([]byte, 0, 128), token...)) // on the stack
		var owner [16]byte
		hex.Encode(owner[:], sum[:len(owner)/2])
		r.owner = string(owner[:])
		r.own = strings.Contains(r.path, "/@me/") || strings.HasSuffix(r.path, "/@me")
	}
	return r
}

// kind returns the route that stands for all routes of the same kind:
// /v2/members for /v2/members/abcde and everything below it.
func (r route) kind() route {
	slashes := 0
	for i := range len(r.path) {
		if r.path[i] != '/' {
			continue
		}
		if slashes++; slashes == 3 {
			r.path = r.path[:i]
			break
		}
	}
	r.all = true
	return r
}

// guess returns the scope that the route alone suggests.
func (r route) guess() string {
	switch {
	case r.own && r.read:
		return "own_system_get"
	case r.own:
		return "own_system_update"
	case r.read:
		return genericGet
	}
	return genericUpdate
}
