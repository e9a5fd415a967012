package client

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
)

// scopes knows which bucket a request counts towards: what the API has said of the route, else of others like it; a guess,
// until it has said something.
type scopes struct {
	mu   sync.Mutex
	seen map[route]string // scopes that are, or once were, not what one would expect without them
}

// route is what the API's choice of a scope can depend on.
type route struct {
	host, owner, path string
	method            string // GET, HEAD, or "" for a write
	all               bool   // it stands for all routes to things of one kind
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
		scope = s.expect(r)
	}
	return r.bucket(scope)
}

// expect returns the scope of a route of which nothing is known. A program that goes through its own members, say, uses each
// path once, so it is the scope that the API named last for a path of that kind.
func (s *scopes) expect(r route) string {
	if scope, ok := s.seen[r.kind()]; ok && !r.mine() {
		return scope
	}
	return r.guess()
}

// learn notes the scope that a response of the route names.
func (s *scopes) learn(r route, scope string) {
	if scope == "" || len(scope) > maxScope {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(r, scope, s.expect(r))
	if !r.mine() {
		s.note(r.kind(), scope, r.guess())
	}
}

// note remembers a scope, unless it is the one that has always been expected anyway.
func (s *scopes) note(r route, scope, expected string) {
	_, known := s.seen[r]
	switch {
	case !known && scope == expected:
		return
	case s.seen == nil, !known && len(s.seen) >= maxRoutes:
		s.seen = map[route]string{}
	}
	s.seen[r] = scope
}

// bucket returns the bucket of the route's requests in that scope.
func (r route) bucket(scope string) Bucket {
	b := Bucket{Host: r.host, Scope: scope}
	if strings.HasPrefix(scope, "own_system_") {
		b.Owner = r.owner // in all others the API counts by IP address, whoever it is
	}
	return b
}

func routeOf(req *http.Request) route {
	var r route
	if isRead(req.Method) {
		r.method = http.MethodGet
	}
	if req.Method == http.MethodHead {
		r.method = http.MethodHead
	}
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

// kind returns what stands for all routes to things of the same kind: /v2/members, for /v2/members/abcde and what is below it.
func (r route) kind() route {
	if parts := strings.SplitN(r.path, "/", 4); len(parts) == 4 {
		r.path = strings.Join(parts[:3], "/")
	}
	r.all = true
	return r
}

// mine tells whether the path itself says that it is about the token's own system.
func (r route) mine() bool { return r.owner != "" && strings.Contains(r.path+"/", "/@me/") }

// guess returns the scope that a request has as far as anybody knows.
func (r route) guess() string {
	scope := "generic"
	if r.mine() {
		scope = "own_system"
	}
	if r.method != "" {
		return scope + "_get"
	}
	return scope + "_update"
}
