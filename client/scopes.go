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
	seen  map[route]string  // scopes that are not what one would guess
	rates map[[2]string]int // by host and scope
}

// route is what the API's choice of a scope can depend on.
type route struct {
	host, owner, path string
	read              bool
}

// How much is remembered before it is forgotten and learned anew. The paths have the IDs of members in them, and headers can say
// anything.
const (
	maxRoutes = 4096
	maxRates  = 64
)

// of returns the bucket that req counts towards, and its rate in requests per second.
func (s *scopes) of(req *http.Request) (Bucket, int) {
	r := routeOf(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, ok := s.seen[r]
	if !ok {
		scope = r.guess()
	}
	rate, ok := s.rates[[2]string{r.host, scope}]
	if !ok {
		// An unknown scope without a rate gets the slowest there is: one request a second.
		rate = max(usualRate(scope), 1)
	}
	bucket := Bucket{Host: r.host, Scope: scope, Owner: r.owner}
	if strings.HasPrefix(scope, "generic_") {
		bucket.Owner = "" // counted by IP address, whoever it is
	}
	return bucket, rate
}

// learn notes what the header of a response says of the bucket of its request.
func (s *scopes) learn(req *http.Request, header http.Header) {
	var limit RateLimit
	if !limit.parse(header) || limit.Scope == "" {
		return
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
	if limit.Limit > 0 {
		if s.rates == nil || len(s.rates) >= maxRates {
			s.rates = map[[2]string]int{}
		}
		s.rates[[2]string{r.host, limit.Scope}] = limit.Limit
	}
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
