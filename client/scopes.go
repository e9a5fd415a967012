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
	mu   sync.Mutex
	seen map[route]string // scopes that are not what one would guess
}

// route is what the API's choice of a scope can depend on.
type route struct {
	host, owner, path string
	read              bool
}

const (
	// maxRoutes is how many routes are remembered before all are forgotten, and learned anew. Their paths have the IDs of
	// members in them, so there is no end to them.
	maxRoutes = 4096

	// maxScope is how long the name of a scope may be. Those of the API are much shorter.
	maxScope = 64
)

// bucket returns the bucket that requests of the route count towards, as far as is known.
func (s *scopes) bucket(r route) Bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope, ok := s.seen[r]
	if !ok {
		scope = r.guess()
	}
	return r.bucket(scope)
}

// learn notes the scope that a response of the route names.
func (s *scopes) learn(r route, scope string) {
	if scope == "" || len(scope) > maxScope {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if scope == r.guess() {
		delete(s.seen, r)
		return
	}
	if _, known := s.seen[r]; s.seen == nil || !known && len(s.seen) >= maxRoutes {
		s.seen = map[route]string{}
	}
	s.seen[r] = scope
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
