// Command fleet shows how processes share a rate limit. It starts Redis, a copy
// of the API's rate limits, and five processes that send more than the limits
// allow. It prints how many requests of each process were served:
//
//	go run ./examples/fleet
//
// It needs only redis-server or valkey-server.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

func main() {
	fleet.Main(fleet.Default()) // each process is this program, started again
	processes := flag.Int("processes", 5, "number of processes")
	seconds := flag.Int("seconds", 10, "duration of the run, in seconds")
	flag.Parse()
	if err := run(os.Stdout, *processes, time.Duration(*seconds)*time.Second); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer, processes int, duration time.Duration) error {
	redis, err := fleet.StartRedis()
	if err != nil {
		return err
	}
	defer redis.Close()
	api, err := fleet.StartAPI()
	if err != nil {
		return err
	}
	defer api.Close()

	_, _ = fmt.Fprintf(out, "%d processes want more than 10 reads and 3 writes "+
		"per second, for %v.\n\n", processes, duration)
	worker := fleet.Worker{Redis: []string{redis.Addr}, Limiter: "fleet", Readers: 3, Writers: 3}
	f, err := (&fleet.Run{Processes: processes, Worker: worker, Duration: duration}).Start(api)
	if err != nil {
		return err
	}
	result, err := f.Work()
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(out, "%-12s%10s%10s%10s\n", "", "reads", "writes", "refused")
	for _, client := range result.Clients() {
		reads, writes := client.Served[fleet.Reads], client.Served[fleet.Writes]
		_, _ = fmt.Fprintf(out, "%-12s%10d%10d%10d\n", client.Name, reads, writes, client.Refused)
	}
	reads, _ := result.Count(fleet.Reads, 0, duration)
	writes, _ := result.Count(fleet.Writes, 0, duration)
	_, _ = fmt.Fprintf(out, "\n%-12s%10.1f%10.1f\n", "per second",
		float64(reads)/duration.Seconds(), float64(writes)/duration.Seconds())
	return nil
}
