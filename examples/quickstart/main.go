// Quickstart runs both sides of the API in one program: a server that returns
// pkerr errors, and a client that handles each of them.
//
//	go run ./examples/quickstart
//
// The server is in server.go, the client in client.go. The program prints every
// request with its error, and then exits. It uses only the loopback interface.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run starts the server on a free port of the loopback interface, sends the
// requests of the client, and stops the server.
func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var log serverLog
	api := &http.Server{Handler: newAPI(&log), ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()

	err = errors.Join(tour(ctx, out, "http://"+listener.Addr().String(), &log), api.Shutdown(ctx))
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
