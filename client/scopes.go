package client

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
)

// scopes knows which bucket a request counts towards: a guess, until the API has said it.
type scopes struct {
	mu    sync.Mutex
	seen  map[route]string // scopes that are not what one would guess
	rates map[Bucket]int
}

// route is what the API's choice of a scope can depend on.
type route struct {
	host, owner, path string
	read              bool
}

// maxRoutes is how many routes are remembered before all are forgotten, and learned anew. Their paths have the IDs of members in
// them, so there is no end to them.
const maxRoutes = 4096

// bucket returns the bucket that req counts towards.
func (s *scopes) bucket(req *http.Request) Bucket {
	r := routeOf(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, ok := s.seen[r]
	if !ok {
		scope = r.guess()
	}
	return r.bucket(scope)
}

// learn notes what the header of a response says of the bucket of its request. It returns that bucket, the rate that the header
// says, or 0, and whether that is news.
func (s *scopes) learn(req *http.Request, header http.Header) (_ Bucket, rate int, news bool) {
	var limit RateLimit
	if !limit.parse(header) || limit.Scope == "" {
		return s.bucket(req), limit.Limit, limit.Limit > 0
	}
	r := routeOf(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit.Scope == r.guess() {
		delete(s.seen, r)
	} else {
		if s.seen == nil || len(s.seen) >= maxRoutes {
			s.seen = map[route]string{}
		}
		s.seen[r] = limit.Scope
	}
	bucket := r.bucket(limit.Scope)
	if limit.Limit == 0 || s.rates[bucket] == limit.Limit {
		return bucket, limit.Limit, false
	}
	if s.rates == nil || len(s.rates) >= maxBuckets {
		s.rates = map[Bucket]int{}
	}
	s.rates[bucket] = limit.Limit
	return bucket, limit.Limit, true
}

// bucket returns the bucket of the route's requests in that scope.
func (r route) bucket(scope string) Bucket {
	b := Bucket{Host: r.host, Scope: scope, Owner: r.owner}
	if strings.HasPrefix(scope, "generic_") {
		b.Owner = "" // counted by IP address, whoever it is
	}
	return b
}

func routeOf(req *http.Request) route {
	r := route{read: isRead(req.Method)}
	if req.URL != nil {
		r.host, r.path = req.URL.Host, req.URL.Path
	}
	if token := req.Header.Get("Authorization"); token != "" {
		// A hash, for buckets are printed, and stored by limiters that are shared.
		sum := sha256.Sum256([]byte(token))
		r.owner = hex.EncodeToString(sum[:8])
	}
	return r
}

// guess returns the scope that a request has as far as anybody knows.
func (r route) guess() string {
	scope := "generic"
	if r.owner != "" && strings.Contains(r.path+"/", "/@me/") {
		scope = "own_system"
	}
	if r.read {
		return scope + "_get"
	}
	return scope + "_update"
}
