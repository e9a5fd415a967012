package pkerrtest

import (
	"context"
	"net"
	"sync"
)

// firstPort is the port that the first connection in memory comes from. Each has one of its own, so that connections can be
// told apart.
const firstPort = 49152

// memoryListener is a net.Listener without a network. What waits for it or for one of its connections waits on channels
// alone, so that the time of a synctest bubble can go on.
type memoryListener struct {
	accepted chan net.Conn
	done     chan struct{}
	close    sync.Once

	mu   sync.Mutex
	port int
}

func newMemoryListener() *memoryListener {
	return &memoryListener{accepted: make(chan net.Conn), done: make(chan struct{}), port: firstPort}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.close.Do(func() { close(l.done) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(80) }

// dial opens a connection, whatever the address.
func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	l.mu.Lock()
	from := memoryAddr(l.port)
	l.port++
	l.mu.Unlock()

	ours, theirs := net.Pipe()
	err := net.ErrClosed
	select {
	case l.accepted <- memoryConn{theirs, l.Addr(), from}:
		return memoryConn{ours, from, l.Addr()}, nil
	case <-l.done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return nil, &net.OpError{Op: "dial", Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
}

// memoryConn is one end of a connection, with addresses that a handler can parse.
type memoryConn struct {
	net.Conn

	local, remote net.Addr
}

func (c memoryConn) LocalAddr() net.Addr  { return c.local }
func (c memoryConn) RemoteAddr() net.Addr { return c.remote }

// memoryAddr returns an address from a range that is set aside for documentation.
func memoryAddr(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: port} }
