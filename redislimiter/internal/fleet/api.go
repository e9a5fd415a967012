package fleet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Scopes of the API's limits.
const (
	Reads  = "generic_get"
	Writes = "generic_update"
)

// A Request is one request as received by the API.
type Request struct {
	At     time.Time
	Client string // the sender
	Scope  string
	Served bool
}

// API is a copy of the real API's rate limits. It counts requests with GCRA and
// a period of one second. Like the real API, it counts the last request of a
// burst but refuses it. An answer takes 5 to 45 ms.
type API struct {
	server *http.Server
	url    string

	mu       sync.Mutex
	tat      map[string]time.Time
	requests []Request
}

// StartAPI starts an API on a free port of the loopback interface.
func StartAPI() (*API, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It does not block.
	if err != nil {
		return nil, err
	}
	a := &API{url: "http://" + listener.Addr().String(), tat: map[string]time.Time{}}
	a.server = &http.Server{Handler: a, ReadHeaderTimeout: time.Second}
	go func() { _ = a.server.Serve(listener) }()
	return a, nil
}

// URL returns the base URL of the API.
func (a *API) URL() string { return a.url }

// Close stops the API.
func (a *API) Close() { _ = a.server.Close() }

// Requests returns the requests so far, in order of arrival.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Request(nil), a.requests...)
}

// ServeHTTP counts a request. Its User-Agent names the sender.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	network := func() {
		time.Sleep(time.Duration(2500+rand.IntN(20000)) * time.Microsecond) //nolint:gosec // It is only a delay.
	}
	network()
	defer network()
	scope, rate := Writes, 3
	if r.Method == http.MethodGet {
		scope, rate = Reads, 10
	}
	served, remaining, retryAfter := a.count(r.UserAgent(), scope, rate)
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rate))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix(), 10))
	h.Set("X-RateLimit-Scope", scope)
	h.Set("Content-Type", "application/json")
	if !served {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprintf(w,
			`{"message":"429: too many requests","retry_after":%d,"scope":%q,"code":0}`,
			retryAfter, scope)
		return
	}
	_, _ = fmt.Fprint(w, `{"id":"abcde"}`)
}

func (a *API) count(client, scope string, rate int) (served bool, remaining, retryAfter int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	interval := time.Second / time.Duration(rate)
	tat := a.tat[scope]
	if tat.Before(now) {
		tat = now
	}
	tat = tat.Add(interval)
	spare := now.Sub(tat.Add(-time.Second))
	if spare < 0 {
		retryAfter = int(math.Ceil(float64(-spare) / float64(time.Millisecond)))
	} else {
		a.tat[scope] = tat
		remaining = int(spare / interval)
		served = remaining > 0
	}
	a.requests = append(a.requests, Request{now, client, scope, served})
	return served, remaining, retryAfter
}
