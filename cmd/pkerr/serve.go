package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// headerTimeout and idleTimeout are when connections are given up on which nothing comes.
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute

	// stopTimeout is how long requests that are being answered may still take.
	stopTimeout = time.Second

	// maxRequest is how large the body of a request may be.
	maxRequest = 1 << 20
)

// serve serves a fake of the API until it is interrupted.
func (s *session) serve(args []string) (int, error) {
	flags := newFlags("serve")
	addr := flags.String("addr", "127.0.0.1:0", "")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	if err := noArguments(flags, rest); err != nil {
		return 0, err
	}
	address, err := loopback(*addr)
	if err != nil {
		return 0, err
	}
	// Before anybody is told of the address, so that none interrupts too early.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address.String())
	if err != nil {
		return 0, usagef("nobody can listen on "+address.String()+": "+listenReason(err),
			"--addr 127.0.0.1:0 takes a port that is free")
	}
	base := "http://" + listener.Addr().String()
	if err := s.print("A fake of PluralKit's API is at " + base + "\n\n" +
		"  curl -i " + base + "/codes/20003\n" +
		"  curl " + base + "\n\n" +
		"Ctrl-C stops it.\n"); err != nil {
		return 0, errors.Join(err, listener.Close())
	}
	return exitOK, serveUntil(ctx, listener)
}

// serveUntil serves until ctx is done.
func serveUntil(ctx context.Context, listener net.Listener) error {
	f := newFake()
	defer f.close()
	server := &http.Server{
		Handler:           http.MaxBytesHandler(f, maxRequest),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if server.Shutdown(late) != nil {
		return server.Close() // Who has not finished by now is cut off.
	}
	return nil
}

// loopback reads an address, and takes none that others could reach. No name is looked up.
func loopback(text string) (netip.AddrPort, error) {
	const hint = "it is an address of the loopback and a port: 127.0.0.1:8080, [::1]:8080, localhost:8080"
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return netip.AddrPort{}, usagef("--addr "+quote(text)+" is no address with a port", hint)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, usagef("--addr "+quote(text)+" has no port from 0 to 65535", hint)
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, usagef("--addr "+quote(text)+": "+quote(host)+" is no IP address", hint)
	}
	if !ip.Unmap().IsLoopback() {
		return netip.AddrPort{}, usagef("--addr "+quote(text)+" is not on the loopback, and others could reach it", hint)
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), nil
}

// listenReason returns what the system says, without the address.
func listenReason(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		err = e.Err
	}
	return shown(err.Error())
}
