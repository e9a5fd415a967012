package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// serve serves a fake of the API until it is interrupted.
func (s *session) serve(c *call) error {
	address, err := loopback(append([]string{"127.0.0.1:0"}, c.values["addr"]...))
	if err != nil {
		return err
	}
	f, err := newFake(c.values["on"])
	if err != nil {
		return err
	}
	defer f.close()
	// Handle interrupts before the address is printed, so none comes too early.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address.String())
	if err != nil {
		return usage("cannot listen on "+address.String()+": "+reason(err), "--addr 127.0.0.1:0 takes a free port")
	}
	if err := s.print(execute("serving", "http://"+listener.Addr().String())); err != nil {
		return errors.Join(err, listener.Close())
	}
	const maxBody = 1 << 20
	handler := http.MaxBytesHandler(logged(s.stderr, f), maxBody)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(stopped)
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(late) != nil {
			_ = server.Close() // cut off the requests that are still running
		}
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// logged returns a handler that calls h and writes a line for each request.
func logged(out io.Writer, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered := &statusWriter{w, http.StatusOK}
		line := printable(r.Method + " " + r.URL.Path)
		defer func() {
			// A single write, so that lines do not mix.
			_, _ = io.WriteString(out, time.Now().Format(time.TimeOnly)+" "+line+" "+strconv.Itoa(answered.status)+"\n")
		}()
		h.ServeHTTP(answered, r)
	})
}

// A statusWriter remembers the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// loopback parses the last address. It looks up no names.
func loopback(addresses []string) (netip.AddrPort, error) {
	text := addresses[len(addresses)-1]
	address, err := netip.ParseAddrPort(regexp.MustCompile(`(?i)^localhost:`).ReplaceAllString(text, "127.0.0.1:"))
	if err != nil {
		return address, usage("--addr "+quote(text)+" is not an IP address and a port", execute("loopback", nil))
	}
	if !address.Addr().Unmap().IsLoopback() {
		return address, usage("--addr "+quote(text)+" is not a loopback address, so other machines could reach it", execute("loopback", nil))
	}
	return netip.AddrPortFrom(address.Addr().Unmap(), address.Port()), nil
}

// reason returns the innermost error, without the file or address it wraps.
func reason(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return printable(err.Error())
}
