package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/redislimiter"
)

// workerVariable is the environment variable that makes a program a worker.
const workerVariable = "REDISLIMITER_WORKER"

// A Worker is a process of a fleet.
type Worker struct {
	Name    string   `json:"name"`
	API     string   `json:"api"`     // the base URL
	Redis   []string `json:"redis"`   // the address, or those of a cluster's nodes
	Limiter string   `json:"limiter"` // the name of one of Limiters
	Readers int      `json:"readers"` // goroutines
	Writers int      `json:"writers"`
}

// Stats are the counts of a worker.
type Stats struct {
	Operations []time.Duration `json:"operations"` // how long each operation on Redis took
	Failed     int             `json:"failed"`     // requests without a 200
}

// Limiters names the ways in which a worker can send.
type Limiters map[string]func(rdb redis.Scripter) http.RoundTripper

// Default returns a Transport with this module's limiter, under the name
// "fleet".
func Default() Limiters {
	return Limiters{"fleet": func(rdb redis.Scripter) http.RoundTripper {
		return &client.Transport{Limiter: redislimiter.New(rdb)}
	}}
}

// Main runs a worker if the process was started as one, and then does not
// return. A program that runs fleets must call it first.
func Main(limiters Limiters) {
	config := os.Getenv(workerVariable)
	if config == "" {
		return
	}
	var w Worker
	if err := json.Unmarshal([]byte(config), &w); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(w.run(limiters)); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// run starts to send requests after the first line of the input, and stops when
// the input ends.
func (w *Worker) run(limiters Limiters) Stats {
	// Otherwise the logs would fill the screen during an outage.
	redis.SetLogger(silent{})
	slog.SetDefault(slog.New(slog.DiscardHandler))
	var stats Stats
	var mu sync.Mutex
	rdb := w.client(func(took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		stats.Operations = append(stats.Operations, took)
	})
	connect(rdb)
	httpClient := &http.Client{Transport: limiters[w.Limiter](rdb)}
	ctx, stop := context.WithCancel(context.Background())
	input := bufio.NewReader(os.Stdin)
	_, _ = fmt.Fprintln(os.Stdout, "ready")
	_, _ = input.ReadString('\n')
	go func() {
		_, _ = io.Copy(io.Discard, input)
		stop()
	}()
	var wg sync.WaitGroup
	send := func(method string) {
		for ctx.Err() == nil {
			if err := w.send(ctx, httpClient, method); err != nil && ctx.Err() == nil {
				mu.Lock()
				stats.Failed++
				mu.Unlock()
				time.Sleep(20 * time.Millisecond)
			}
		}
	}
	for range w.Readers {
		wg.Go(func() { send(http.MethodGet) })
	}
	for range w.Writers {
		wg.Go(func() { send(http.MethodPatch) })
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	return stats
}

// connect opens a connection for each scope, so that the measurements do not
// include that. A server may be unavailable on purpose.
func connect(rdb redis.UniversalClient) {
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { _ = rdb.Ping(context.Background()).Err() })
	}
	wg.Wait()
}

func (w *Worker) send(ctx context.Context, httpClient *http.Client, method string) error {
	req, err := http.NewRequestWithContext(ctx, method, w.API+"/v2/systems/exmpl", nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", w.Name)
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("unexpected status %s", strconv.Itoa(resp.StatusCode))
	}
	return nil
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// client returns a client of the worker's Redis. The client calls done with the
// duration of each operation.
func (w *Worker) client(done func(time.Duration)) redis.UniversalClient { //nolint:ireturn // It is a client of a server or of a cluster.
	rdb := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: w.Redis})
	rdb.AddHook(hook(done))
	return rdb
}

type hook func(time.Duration)

func (h hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return next(ctx, network, addr)
	}
}

func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmd)
		if name := cmd.Name(); name == "evalsha" || name == "eval" {
			h(time.Since(start))
		}
		return err
	}
}

func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
