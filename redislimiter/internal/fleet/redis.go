package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a Redis server on the loopback interface, without persistence.
type Redis struct {
	Addr string

	dir     string
	args    []string
	command *exec.Cmd
}

// StartRedis starts redis-server or valkey-server on a free port. args are
// further arguments.
func StartRedis(args ...string) (*Redis, error) {
	dir, err := os.MkdirTemp("", "redislimiter")
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	r := &Redis{Addr: addr, dir: dir, args: args}
	if err := r.Restart(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return r, nil
}

// freeAddr returns an address that is free. Its port is below those that the
// system gives to connections, so it stays free, even while Redis is down.
func freeAddr() (string, error) {
	const lowest, highest = 10_000, 30_000
	var failed error
	for range 100 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // It need not be unpredictable.
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		listener, err := net.Listen("tcp", addr) //nolint:noctx // It does not block.
		if err == nil {
			return addr, listener.Close()
		}
		failed = err
	}
	return "", failed
}

// Restart starts the server again, without data, at the same address.
func (r *Redis) Restart() error {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		program, err = exec.LookPath("valkey-server")
	}
	if err != nil {
		return errors.New("found neither redis-server nor valkey-server: " +
			"install one, such as with apt-get install redis-server")
	}
	_, port, _ := net.SplitHostPort(r.Addr)
	args := append([]string{
		"--bind", "127.0.0.1", "--port", port, "--dir", r.dir, "--save", "", "--appendonly", "no",
	}, r.args...)
	r.command = exec.Command(program, args...) //nolint:gosec,noctx // Kill ends it.
	if err := r.command.Start(); err != nil {
		return err
	}
	for range 200 {
		if conn, err := net.Dial("tcp", r.Addr); err == nil { //nolint:noctx // It is the loopback interface.
			return conn.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.Kill()
	return fmt.Errorf("%s does not listen on %s", program, r.Addr)
}

// Kill kills the server, as kill -9 does.
func (r *Redis) Kill() {
	_ = r.command.Process.Kill()
	_ = r.command.Wait()
}

// Suspend stops the server from answering. Its connections stay open.
func (r *Redis) Suspend() { _ = r.command.Process.Signal(syscall.SIGSTOP) }

// Resume undoes Suspend.
func (r *Redis) Resume() { _ = r.command.Process.Signal(syscall.SIGCONT) }

// Close kills the server, and removes its files.
func (r *Redis) Close() {
	r.Kill()
	_ = os.RemoveAll(r.dir)
}

// Client returns a client of the server.
func (r *Redis) Client() *redis.Client { return redis.NewClient(&redis.Options{Addr: r.Addr}) }

// StartCluster starts a cluster of three nodes, and returns them when it is
// ready.
func StartCluster() ([]*Redis, error) {
	const slots = 16384
	var nodes []*Redis
	for range 3 {
		bus, err := freeAddr()
		if err != nil {
			return nodes, err
		}
		_, port, _ := net.SplitHostPort(bus)
		node, err := StartRedis("--cluster-enabled", "yes", "--cluster-port", port)
		if err != nil {
			return nodes, err
		}
		nodes = append(nodes, node)
	}
	ctx := context.Background()
	for i := range nodes {
		if err := join(ctx, nodes, i, i*slots/3, (i+1)*slots/3-1); err != nil {
			return nodes, err
		}
	}
	for range 200 {
		ready := 0
		for _, node := range nodes {
			client := node.Client()
			info, _ := client.ClusterInfo(ctx).Result()
			_ = client.Close()
			known := "cluster_known_nodes:" + strconv.Itoa(len(nodes))
			if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, known) {
				ready++
			}
		}
		if ready == len(nodes) {
			return nodes, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nodes, errors.New("the nodes of the cluster did not find each other")
}

// join makes a node serve the slots from first to last, and introduces it to
// node 0.
func join(ctx context.Context, nodes []*Redis, i, first, last int) error {
	client := nodes[i].Client()
	defer func() { _ = client.Close() }()
	if err := client.ClusterAddSlotsRange(ctx, first, last).Err(); err != nil || i == 0 {
		return err
	}
	host, port, _ := net.SplitHostPort(nodes[0].Addr)
	bus := nodes[0].args[len(nodes[0].args)-1]
	return client.Do(ctx, "CLUSTER", "MEET", host, port, bus).Err()
}
