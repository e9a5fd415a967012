package pkerr_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/pkerr/pkerr"
)

// withoutTime calls pkerr.ReplaceAttr, and drops the time.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return pkerr.ReplaceAttr(groups, a)
}

// Give every error in a log the same keys, wrapped or not.
func ExampleReplaceAttr() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: withoutTime, // a program uses pkerr.ReplaceAttr
	}))
	err := pkerr.MemberNotFound.WithRef("abcde")
	logger.Info("a", "err", err)
	logger.Info("b", "err", fmt.Errorf("sync: %w", err))
	logger.Info("c", "err", errors.New("connection refused"))
	// Output:
	// level=INFO msg=a err.text="20003/404: Member 'abcde' not found." err.code=20003/404 err.message="Member 'abcde' not found."
	// level=INFO msg=b err.text="sync: 20003/404: Member 'abcde' not found." err.code=20003/404 err.message="Member 'abcde' not found."
	// level=INFO msg=c err.text="connection refused"
}

// Log one error with these keys, with any handler.
func ExampleLogValue() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	err := fmt.Errorf("sync: %w", pkerr.TooManyRequests.WithScope("generic_get"))
	logger.Warn("refused", slog.Any("err", pkerr.LogValue(err)))
	// Output:
	// level=WARN msg=refused err.text="sync: 429: too many requests (scope generic_get)" err.code=0/429 err.message="429: too many requests" err.scope=generic_get
}
