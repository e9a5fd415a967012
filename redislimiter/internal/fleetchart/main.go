// Command fleetchart measures the throughput of a fleet of five processes with
// several limiters, and draws the charts of docs/fleets.md:
//
//	go -C redislimiter/internal/fleetchart run . ../../../docs
//
// It needs redis-server or valkey-server, takes four minutes, and also prints
// the rows of the guide's table. It is a separate module, so that users of the
// limiter do not download a plotting library.
package main

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

const (
	duration = 40 * time.Second

	// The outage is between these times.
	away = 12 * time.Second
	back = 24 * time.Second
)

// limiters returns the names of the limiters, in the order of the legend.
func limiters() []string {
	return []string{"redislimiter", "Transport with Pace", "Transport", "x/time/rate", "no limiter"}
}

// situations returns the situations, one for each chart.
func situations() []situation {
	return []situation{
		{file: "alone", title: "Five processes alone"},
		{file: "outsider", title: "Beside an outsider that sends 2 reads per second", outsider: 2},
		{file: "outage", title: "Redis is unavailable from 12 s to 24 s", outage: true},
	}
}

type situation struct {
	file     string
	title    string
	outsider float64
	outage   bool
}

// transports returns the transport for each limiter.
func transports() fleet.Limiters {
	all := fleet.Default()
	all["redislimiter"] = all["fleet"]
	all["Transport with Pace"] = func(redis.Scripter) http.RoundTripper {
		return &client.Transport{Limiter: &client.LocalLimiter{Pace: true}}
	}
	all["Transport"] = func(redis.Scripter) http.RoundTripper { return &client.Transport{} }
	all["x/time/rate"] = func(redis.Scripter) http.RoundTripper {
		return limited{rate.NewLimiter(10, 10)}
	}
	all["no limiter"] = func(redis.Scripter) http.RoundTripper { return http.DefaultTransport }
	return all
}

// limited is a transport that waits for a limiter of its own process.
type limited struct{ limiter *rate.Limiter }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := l.limiter.Wait(r.Context()); err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	fleet.Main(transports())
	if len(os.Args) != 2 {
		log.Fatal("usage: fleetchart DIRECTORY")
	}
	lines := make([][]line, len(situations()))
	for _, name := range limiters() {
		if err := measureAll(name, lines); err != nil {
			log.Fatal(err)
		}
	}
	for i, s := range situations() {
		name := filepath.Join(os.Args[1], "fleets-"+s.file+".svg")
		if err := s.write(name, lines[i]); err != nil {
			log.Fatal(err)
		}
	}
}

// measureAll measures a limiter in all situations at the same time, and adds a
// line to each. It prints a row of the guide's table.
func measureAll(limiter string, lines [][]line) error {
	failed := make(chan error)
	cells := make([]string, len(situations()))
	for i, s := range situations() {
		go func() {
			served, refused, err := s.measure(limiter)
			lines[i] = append(lines[i], line{name: limiter, served: served})
			cells[i] = fmt.Sprintf("%.1f|%.1f",
				float64(len(served))/duration.Seconds(), float64(refused)/duration.Seconds())
			failed <- err
		}()
	}
	var err error
	for range situations() {
		err = errors.Join(err, <-failed)
	}
	if err == nil {
		_, err = fmt.Fprintf(os.Stdout, "|%s|%s|\n", limiter, strings.Join(cells, "|"))
	}
	return err
}

// measure returns when the API served each read of the fleet, and how many
// reads it refused.
func (s situation) measure(limiter string) (served []time.Duration, refused int, err error) {
	server, err := fleet.StartRedis()
	if err != nil {
		return nil, 0, err
	}
	defer server.Close()
	api, err := fleet.StartAPI()
	if err != nil {
		return nil, 0, err
	}
	defer api.Close()
	run := &fleet.Run{
		Processes: 5,
		Worker:    fleet.Worker{Redis: []string{server.Addr}, Limiter: limiter, Readers: 4},
		Duration:  duration,
		Outsider:  s.outsider,
	}
	if s.outage {
		run.Events = map[time.Duration]func() error{
			away: func() error { server.Kill(); return nil },
			back: server.Restart,
		}
	}
	f, err := run.Start(api)
	if err != nil {
		return nil, 0, err
	}
	result, err := f.Work()
	if err != nil {
		return nil, 0, err
	}
	for _, request := range result.Requests {
		switch {
		case request.Client == fleet.Outsider:
		case request.Served:
			served = append(served, request.At.Sub(result.Start))
		default:
			refused++
		}
	}
	return served, refused, nil
}
