package pkerrtest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
)

// firstPort is the port that the first connection in memory comes from. Each
// connection has its own port, so that they can be told apart.
const firstPort = 49152

// memoryListener is a net.Listener without a network. It and its connections
// block on channels only, so that the clock of a synctest bubble can advance.
type memoryListener struct {
	accepted  chan net.Conn
	done      chan struct{}
	closeOnce sync.Once
	dialed    atomic.Int32
}

func newMemoryListener() *memoryListener {
	return &memoryListener{accepted: make(chan net.Conn), done: make(chan struct{})}
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
	l.closeOnce.Do(func() { close(l.done) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(80) }

// dial opens a connection, whatever the address.
func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	from := memoryAddr(firstPort + int(l.dialed.Add(1)) - 1)
	ours, theirs := net.Pipe()
	reset := new(atomic.Bool)
	err := net.ErrClosed
	select {
	case l.accepted <- &memoryConn{theirs, l.Addr(), from, reset}:
		return &memoryConn{ours, from, l.Addr(), reset}, nil
	case <-l.done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return nil, dialError(l.Addr(), err)
}

func dialError(addr net.Addr, err error) error {
	return &net.OpError{Op: "dial", Net: addr.Network(), Addr: addr, Err: err}
}

// memoryConn is one end of a connection, with addresses that can be parsed.
type memoryConn struct {
	net.Conn

	local, remote net.Addr
	reset         *atomic.Bool // of both ends
}

func (c *memoryConn) LocalAddr() net.Addr  { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr { return c.remote }

func (c *memoryConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.errorOf("read", err)
}

func (c *memoryConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.errorOf("write", err)
}

// errorOf returns the error of TCP if the connection was reset, else err.
func (c *memoryConn) errorOf(op string, err error) error {
	if !c.reset.Load() || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	return &net.OpError{
		Op: op, Net: c.remote.Network(), Source: c.local, Addr: c.remote,
		Err: os.NewSyscallError(op, errReset),
	}
}

// closeWithReset closes a connection so that the other end sees a reset, if the
// connection supports that.
func closeWithReset(conn net.Conn) {
	switch c := conn.(type) {
	case *memoryConn:
		c.reset.Store(true)
	case interface{ SetLinger(sec int) error }: // *net.TCPConn
		_ = c.SetLinger(0) // if it fails, the other end sees EOF
	case interface{ NetConn() net.Conn }: // *tls.Conn
		closeWithReset(c.NetConn())
	}
	_ = conn.Close()
}

// memoryAddr returns an address from a range that is reserved for
// documentation.
func memoryAddr(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: port} }
