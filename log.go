package pkerr

import (
	"fmt"
	"log/slog"

	"github.com/pkerr/pkerr/internal/oneline"
)

// loggedText is how many bytes of an error's text LogValue logs at most.
const loggedText = 2048

// LogValue returns err as a group for structured logs, with the same keys for
// any error, wrapped or not:
//
//	text         all of err.Error(), in one line
//	code         such as "20002/404"
//	message      the text of the API
//	fields       what is wrong with each key
//	scope        the rate limit that was hit
//	retry_after  how long the caller is asked to wait, a duration
//	cause        the text of the cause
//	status, method, path, request_id
//	             of the response, from a *client.ResponseError
//
// Keys without a value are left out, so an error that has no code has only
// text. LogValue returns the zero Value for nil. Every text is bounded in
// length, and unprintable characters are escaped. The last four come from the
// first error in the chain with a method LogAttrs() []slog.Attr.
//
// A [Code], an [*Error] and a *client.ResponseError are logged as this group
// without a call of LogValue. With [ReplaceAttr] every error is.
func LogValue(err error) slog.Value {
	if err == nil {
		return slog.Value{}
	}
	// Sprint recovers if err panics.
	text := slog.String("text", oneline.Text(fmt.Sprint(err), loggedText))
	return slog.GroupValue(append([]slog.Attr{text}, details(err)...)...)
}

// ReplaceAttr is a function for [slog.HandlerOptions]. It logs every attribute
// that is an error as [LogValue] returns it, and leaves other attributes
// unchanged.
func ReplaceAttr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindLogValuer:
		if err, ok := a.Value.Any().(error); ok {
			a.Value = LogValue(err)
		}
	default: // Any would allocate.
	}
	return a
}

// details returns the attributes that follow the text.
func details(err error) (attrs []slog.Attr) {
	// Methods of other packages' errors are called here, and can panic.
	defer func() {
		if recover() != nil {
			attrs = nil
		}
	}()
	attrs, _ = first(err, func(err error) ([]slog.Attr, bool) {
		e := errorIn(err)
		if code := codeIn(err); e == nil && code != 0 {
			e = &Error{Code: code}
		}
		return e.details(), e != nil
	})
	response, _ := first(err, func(err error) ([]slog.Attr, bool) {
		e, ok := err.(interface{ LogAttrs() []slog.Attr })
		if !ok {
			return nil, false
		}
		return e.LogAttrs(), true
	})
	return append(attrs, response...)
}

// LogValue returns what the function [LogValue] returns for c.
func (c Code) LogValue() slog.Value { return LogValue(c) }

// LogValue returns what the function [LogValue] returns for e.
func (e *Error) LogValue() slog.Value {
	if e == nil {
		return slog.GroupValue(slog.String("text", e.Error()))
	}
	return LogValue(e)
}

func (e *Error) details() []slog.Attr {
	if e == nil {
		return nil
	}
	var attrs []slog.Attr
	text := func(key, value string, limit int) {
		if value != "" {
			attrs = append(attrs, slog.String(key, oneline.Text(value, limit)))
		}
	}
	if e.Code != 0 {
		text("code", e.Code.String(), printedKey)
	}
	text("message", e.message(), printedMessage)
	if !e.Fields.empty() {
		attrs = append(attrs, slog.String("fields", e.Fields.String()))
	}
	text("scope", e.Scope, printedKey)
	if e.RetryAfter != nil {
		attrs = append(attrs, slog.Duration("retry_after", *e.RetryAfter))
	}
	if e.cause != nil {
		text("cause", fmt.Sprint(e.cause), printedMessage)
	}
	return attrs
}
