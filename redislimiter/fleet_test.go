package redislimiter_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

// guide is the file that has the table of measurements.
const guide = "../docs/fleets.md"

var update = flag.Bool("update", false, "write the measurements to "+guide)

// A scenario is a fleet that wants more than the limit, and what happens to it.
type scenario struct {
	name      string
	processes int
	duration  time.Duration
	outsider  float64
	servers   func(t *testing.T) []*fleet.Redis
	events    func(t *testing.T, servers []*fleet.Redis) map[time.Duration]func() error

	// The bounds of the result. They are not checked if they are 0, except for
	// refused.
	reads     float64       // the least reads served per second
	writes    float64       // the least writes served per second
	refused   int           // the most refused reads and writes
	uneven    float64       // how far a process may be from the mean, relative to it
	perEach   float64       // the most operations on Redis per request
	slow      time.Duration // how long 99 % of the operations may take, if the machine is idle
	readsOnly bool
}

func scenarios() []scenario {
	const outage = 12 * time.Second
	none := func(*testing.T, []*fleet.Redis) map[time.Duration]func() error { return nil }
	one := func(t *testing.T) []*fleet.Redis {
		t.Helper()
		return []*fleet.Redis{startRedis(t)}
	}
	return []scenario{
		{
			name: "nothing", processes: 20, duration: 25 * time.Second, servers: one, events: none,
			reads: 9.5, writes: 2.8, refused: 2, uneven: 0.3, perEach: 2.2, slow: 20 * time.Millisecond,
		},
		{
			name: "an outsider takes 2 reads a second", processes: 6, duration: 60 * time.Second, outsider: 2, servers: one, events: none,
			reads: 7.2, refused: 10, uneven: 0.3, readsOnly: true,
		},
		{
			name: "Redis is killed for 12 s, and starts empty", processes: 12, duration: 36 * time.Second, servers: one,
			events: func(_ *testing.T, servers []*fleet.Redis) map[time.Duration]func() error {
				return map[time.Duration]func() error{
					10 * time.Second:        func() error { servers[0].Kill(); return nil },
					10*time.Second + outage: servers[0].Restart,
				}
			},
			reads: 8.5, writes: 2.4, refused: 3, uneven: 0.4,
		},
		{
			name: "Redis hangs for 12 s", processes: 12, duration: 36 * time.Second, servers: one,
			events: func(_ *testing.T, servers []*fleet.Redis) map[time.Duration]func() error {
				return map[time.Duration]func() error{
					10 * time.Second:        func() error { servers[0].Suspend(); return nil },
					10*time.Second + outage: func() error { servers[0].Resume(); return nil },
				}
			},
			reads: 8.5, writes: 2.4, refused: 3, uneven: 0.4,
		},
		{
			name: "Redis loses all keys", processes: 6, duration: 25 * time.Second, servers: one,
			events: func(t *testing.T, servers []*fleet.Redis) map[time.Duration]func() error {
				t.Helper()
				rdb := connect(t, servers[0])
				return map[time.Duration]func() error{
					10 * time.Second: func() error { return rdb.FlushAll(context.Background()).Err() },
				}
			},
			reads: 9, writes: 2.6, refused: 2, uneven: 0.3,
		},
		{
			name: "SCRIPT FLUSH", processes: 6, duration: 25 * time.Second, servers: one,
			events: func(t *testing.T, servers []*fleet.Redis) map[time.Duration]func() error {
				t.Helper()
				rdb := connect(t, servers[0])
				return map[time.Duration]func() error{
					10 * time.Second: func() error { return rdb.ScriptFlush(context.Background()).Err() },
				}
			},
			reads: 9.2, writes: 2.7, refused: 2, uneven: 0.3,
		},
		{
			name: "the clock of Redis was an hour ahead", processes: 6, duration: 25 * time.Second, servers: one,
			events: func(t *testing.T, servers []*fleet.Redis) map[time.Duration]func() error {
				t.Helper()
				return map[time.Duration]func() error{
					10 * time.Second: func() error { return setAhead(t, servers[0], time.Hour) },
				}
			},
			reads: 9, writes: 2.6, refused: 2, uneven: 0.3,
		},
		{
			name: "Redis is a cluster of three", processes: 6, duration: 25 * time.Second, events: none,
			servers: func(t *testing.T) []*fleet.Redis {
				t.Helper()
				nodes, err := fleet.StartCluster()
				for _, node := range nodes {
					t.Cleanup(node.Close)
				}
				require.NoError(t, err)
				return nodes
			},
			reads: 9.2, writes: 2.7, refused: 2, uneven: 0.3,
		},
		{
			name: "one process, Redis is never available", processes: 1, duration: 25 * time.Second, events: none,
			servers: func(t *testing.T) []*fleet.Redis {
				t.Helper()
				server := startRedis(t)
				server.Kill()
				return []*fleet.Redis{server}
			},
			reads: 9, writes: 2.6, refused: 2,
		},
	}
}

// setAhead makes the keys of a server look as if its clock had been ahead when
// they were written.
func setAhead(t *testing.T, server *fleet.Redis, ahead time.Duration) error {
	t.Helper()
	ctx, rdb := t.Context(), server.Client()
	defer rdb.Close()
	keys, err := rdb.Keys(ctx, "*").Result()
	if err != nil {
		return err
	}
	for _, key := range keys {
		for _, field := range []string{"epoch", "tat"} {
			if err := rdb.HIncrBy(ctx, key, field, ahead.Microseconds()).Err(); err != nil {
				return err
			}
		}
		if err := rdb.Expire(ctx, key, ahead).Err(); err != nil {
			return err
		}
	}
	return nil
}

// Fleets of real processes share a limit, whatever happens to Redis. With
// -update, the test writes the measurements to the table in the guide.
func TestLimiter_Fleets(t *testing.T) {
	all := scenarios()
	type outcome struct {
		result *fleet.Result
		err    error
	}
	var rows []string
	check := func(s *scenario, o outcome) {
		t.Run(s.name, func(t *testing.T) {
			require.NoError(t, o.err)
			row := s.check(t, o.result)
			t.Log(row)
			rows = append(rows, row)
		})
	}
	// Run the first scenario alone, and the others, which mostly sleep, all at
	// once. t.Parallel would limit their number to that of the processors.
	result, err := all[0].start(t).Work()
	check(&all[0], outcome{result, err})
	outcomes, fleets := make([]outcome, len(all)), make([]*fleet.Fleet, len(all))
	for i := 1; i < len(all); i++ {
		fleets[i] = all[i].start(t)
	}
	var wg sync.WaitGroup
	for i := 1; i < len(all); i++ {
		wg.Go(func() {
			result, err := fleets[i].Work()
			outcomes[i] = outcome{result, err}
		})
	}
	wg.Wait()
	for i := 1; i < len(all); i++ {
		check(&all[i], outcomes[i])
	}
	if *update && !t.Failed() {
		writeTable(t, rows)
	}
}

// start starts the processes of the scenario.
func (s *scenario) start(t *testing.T) *fleet.Fleet {
	t.Helper()
	servers := s.servers(t)
	worker := fleet.Worker{Limiter: "fleet", Readers: 3, Writers: 3}
	if s.readsOnly {
		worker.Writers = 0
	}
	for _, server := range servers {
		worker.Redis = append(worker.Redis, server.Addr)
	}
	f, err := (&fleet.Run{
		Processes: s.processes,
		Worker:    worker,
		Duration:  s.duration,
		Outsider:  s.outsider,
		Events:    s.events(t, servers),
	}).Start(startAPI(t))
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

const (
	// busy is how long a stall must be to cause bursts with any limiter.
	busy = 60 * time.Millisecond

	// idle is how long a stall may be without slowing operations down.
	idle = 30 * time.Millisecond
)

// bounds returns the scenario with wider bounds if the machine was busy.
func (s *scenario) bounds(t *testing.T, result *fleet.Result) scenario {
	t.Helper()
	bounds := *s
	if result.Stall > busy {
		t.Logf("the machine stalled for %v, so the bounds are wider", result.Stall)
		bounds.reads, bounds.writes = 0.8*s.reads, 0.7*s.writes
		bounds.refused, bounds.uneven, bounds.perEach = 5*s.refused, 2*s.uneven, 2*s.perEach
	}
	return bounds
}

// check checks the bounds, and returns the row of the table.
func (s *scenario) check(t *testing.T, result *fleet.Result) string {
	t.Helper()
	bounds := s.bounds(t, result)
	var cells []string
	total, refused := 0, 0
	for _, scope := range []string{fleet.Reads, fleet.Writes} {
		least := map[string]float64{fleet.Reads: bounds.reads, fleet.Writes: bounds.writes}[scope]
		served, no := result.Count(scope, 0, s.duration)
		total, refused = total+served+no, refused+no
		perSecond, shares := float64(served)/s.duration.Seconds(), result.Shares(scope)
		require.GreaterOrEqual(t, perSecond, least, "%s served per second", scope)
		if bounds.uneven > 0 {
			mean := float64(served) / float64(s.processes)
			require.GreaterOrEqual(t, float64(slices.Min(shares)), min(mean*(1-bounds.uneven), mean-1.5), "%s: %v", scope, shares)
			require.LessOrEqual(t, float64(slices.Max(shares)), max(mean*(1+bounds.uneven), mean+1.5), "%s: %v", scope, shares)
		}
		if least == 0 {
			cells = append(cells, "-|-|-")
			continue
		}
		cells = append(cells, fmt.Sprintf("%.2f|%d|%d to %d", perSecond, no, slices.Min(shares), slices.Max(shares)))
	}
	for _, request := range result.Requests {
		if !request.Served && request.Client != fleet.Outsider {
			t.Logf("%s of %s was refused after %v", request.Scope, request.Client, request.At.Sub(result.Start))
		}
	}
	require.LessOrEqual(t, refused, bounds.refused, "refused")
	operations, slow := result.Operations()
	each := float64(operations) / float64(total)
	if bounds.perEach > 0 {
		require.LessOrEqual(t, each, bounds.perEach, "operations on Redis per request")
	}
	t.Logf("99 %% of operations took at most %v; the machine stalled for %v", slow, result.Stall)
	if s.slow > 0 && result.Stall <= idle && !raceEnabled {
		require.LessOrEqual(t, slow, s.slow, "duration of operations")
	}
	return fmt.Sprintf("|%s|%d|%s|%.2f|", s.name, s.processes, strings.Join(cells, "|"), each)
}

// writeTable writes the rows to the guide, between two comments.
func writeTable(t *testing.T, rows []string) {
	t.Helper()
	const begin, end = "<!-- The rows are measured: go test -run Fleets -update writes them. -->\n", "<!-- End of the rows. -->"
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, end)
	require.True(t, found)
	head := "\n|what happens|processes|reads/s|refused|per process|writes/s|refused|per process|operations|\n|---|---|---|---|---|---|---|---|---|\n"
	table := begin + head + strings.Join(rows, "\n") + "\n\n" + end
	require.NoError(t, os.WriteFile(guide, []byte(before+table+after), 0o644))
}
