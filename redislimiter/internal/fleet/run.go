package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// Outsider is the name of a client that does not belong to the fleet.
const Outsider = "outsider"

// A Run describes a fleet of identical processes that run for some time.
type Run struct {
	Processes int
	Worker    Worker // Start sets Name and API for each process
	Duration  time.Duration

	// Outsider is how many reads per second another program sends, regardless
	// of refusals.
	Outsider float64

	// Events are called while the fleet works. Their keys are times after its
	// start.
	Events map[time.Duration]func() error
}

// A Result is the result of a [Run].
type Result struct {
	Start    time.Time
	Duration time.Duration
	Requests []Request // those received during the run
	Stats    []Stats   // one for each process

	// Stall is the longest time for which a goroutine was ready but did not
	// run. If it is long, the measurements mean little.
	Stall time.Duration
}

// process is a running worker.
type process struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

func start(w *Worker) (*process, error) {
	config, _ := json.Marshal(w)
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(program)} //nolint:gosec,noctx // It is this program, and it ends when its input does.
	p.command.Env = append(os.Environ(), workerVariable+"="+string(config))
	p.command.Stderr = os.Stderr
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.output = bufio.NewReader(output)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

// stop makes the process end.
func (p *process) stop() { _ = p.input.Close() }

// stats returns the counts of a process that has been stopped.
func (p *process) stats() (Stats, error) {
	var stats Stats
	err := json.NewDecoder(p.output).Decode(&stats)
	if waitErr := p.command.Wait(); err == nil {
		err = waitErr
	}
	return stats, err
}

// A Fleet is a set of processes that are ready to work.
type Fleet struct {
	run       *Run
	api       *API
	processes []*process
}

// Start starts the processes of a fleet that will send its requests to api.
func (r *Run) Start(api *API) (*Fleet, error) {
	f := &Fleet{run: r, api: api}
	for i := range r.Processes {
		w := r.Worker
		w.Name, w.API = name(i), api.URL()
		p, err := start(&w)
		if err != nil {
			f.Close()
			return nil, err
		}
		f.processes = append(f.processes, p)
	}
	for _, p := range f.processes {
		if line, err := p.output.ReadString('\n'); err != nil {
			f.Close()
			return nil, fmt.Errorf("a process did not start: %w: %s", err, line)
		}
	}
	return f, nil
}

// Close kills the processes that still run.
func (f *Fleet) Close() {
	for _, p := range f.processes {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
	f.processes = nil
}

// Work makes the fleet work for the duration of the run, and ends its
// processes.
func (f *Fleet) Work() (*Result, error) {
	defer f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), f.run.Duration)
	defer cancel()
	result := &Result{Start: time.Now(), Duration: f.run.Duration}
	for _, p := range f.processes {
		if _, err := io.WriteString(p.input, "go\n"); err != nil {
			return nil, err
		}
	}
	stall := make(chan time.Duration, 1)
	go func() { stall <- Stall(ctx) }()
	if err := f.run.accompany(ctx, f.api); err != nil {
		return nil, err
	}
	// Stop all at once, because the end of a process takes time.
	for _, p := range f.processes {
		p.stop()
	}
	result.Stall = <-stall
	for _, request := range f.api.Requests() {
		if at := request.At.Sub(result.Start); at >= 0 && at < f.run.Duration {
			result.Requests = append(result.Requests, request)
		}
	}
	for _, p := range f.processes {
		stats, err := p.stats()
		if err != nil {
			return nil, err
		}
		result.Stats = append(result.Stats, stats)
	}
	return result, nil
}

// Stall sleeps repeatedly until ctx ends, and returns by how much the longest
// sleep was too long.
func Stall(ctx context.Context) (longest time.Duration) {
	const nap = 5 * time.Millisecond
	for ctx.Err() == nil {
		start := time.Now()
		time.Sleep(nap)
		longest = max(longest, time.Since(start)-nap)
	}
	return longest
}

// accompany runs the outsider and the events until ctx ends.
func (r *Run) accompany(ctx context.Context, api *API) error {
	var wg sync.WaitGroup
	if r.Outsider > 0 {
		wg.Go(func() { r.outsider(ctx, api) })
	}
	var failed error
	wg.Go(func() { failed = r.happen(ctx) })
	<-ctx.Done()
	wg.Wait()
	return failed
}

// happen calls the events, one after the other.
func (r *Run) happen(ctx context.Context) error {
	start := time.Now()
	for _, after := range slices.Sorted(maps.Keys(r.Events)) {
		select {
		case <-time.After(time.Until(start.Add(after))):
			if err := r.Events[after](); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (r *Run) outsider(ctx context.Context, api *API) {
	ticker := time.NewTicker(time.Duration(float64(time.Second) / r.Outsider))
	defer ticker.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case <-ticker.C:
			wg.Go(func() {
				w := Worker{Name: Outsider, API: api.URL()}
				_ = w.send(context.WithoutCancel(ctx), http.DefaultClient, http.MethodGet)
			})
		case <-ctx.Done():
			return
		}
	}
}

// Count returns how many of a scope's requests by the fleet were served and
// refused between two times after the start.
func (r *Result) Count(scope string, from, to time.Duration) (served, refused int) {
	for _, request := range r.Requests {
		at := request.At.Sub(r.Start)
		switch {
		case request.Scope != scope || request.Client == Outsider || at < from || at >= to:
		case request.Served:
			served++
		default:
			refused++
		}
	}
	return served, refused
}

// A Client has the counts of one client of the API.
type Client struct {
	Name    string
	Served  map[string]int // by scope
	Refused int
}

// Clients returns the processes of the fleet in order, including those that got
// nothing.
func (r *Result) Clients() []Client {
	clients := make([]Client, len(r.Stats))
	index := map[string]*Client{}
	for i := range clients {
		clients[i] = Client{Name: name(i), Served: map[string]int{}}
		index[clients[i].Name] = &clients[i]
	}
	for _, request := range r.Requests {
		switch c := index[request.Client]; {
		case c == nil: // the outsider
		case request.Served:
			c.Served[request.Scope]++
		default:
			c.Refused++
		}
	}
	return clients
}

// Shares returns how many of a scope's requests were served for each process.
func (r *Result) Shares(scope string) []int {
	shares := make([]int, 0, len(r.Stats))
	for _, c := range r.Clients() {
		shares = append(shares, c.Served[scope])
	}
	return shares
}

func name(i int) string { return fmt.Sprintf("process %d", i+1) }

// Operations returns the number of operations on Redis, and the duration that
// the slowest 1 % exceeded.
func (r *Result) Operations() (n int, slow time.Duration) {
	var all []time.Duration
	for _, s := range r.Stats {
		all = append(all, s.Operations...)
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return len(all), all[len(all)*99/100]
}
