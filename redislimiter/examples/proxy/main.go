// Command proxy forwards requests to the API at the pace of a shared limiter.
// Programs in any language can share a rate limit through it:
//
//	go run ./examples/proxy -redis localhost:6379
//	curl http://localhost:8080/v2/systems/exmpl
package main

import (
	"errors"
	"flag"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
	"github.com/pkerr/pkerr/server"
)

func main() {
	listen := flag.String("listen", "localhost:8080", "address to listen on")
	addr := flag.String("redis", "localhost:6379", "address of Redis")
	flag.Parse()
	api := &url.URL{Scheme: "https", Host: "api.pluralkit.me"}
	rdb := redis.NewClient(&redis.Options{Addr: *addr})
	proxy := &http.Server{
		Addr:              *listen,
		Handler:           newProxy(api, redislimiter.New(rdb)),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Fatal(proxy.ListenAndServe())
}

// newProxy returns a handler that passes requests on to api.
func newProxy(api *url.URL, limiter client.Limiter) http.Handler {
	return &httputil.ReverseProxy{
		Transport: &client.Transport{Limiter: limiter},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(api) },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			late, ok := errors.AsType[*client.WaitError](err)
			if !ok {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			server.Write(w, r, pkerr.TooManyRequests.WithRetryAfter(late.Delay))
		},
	}
}
