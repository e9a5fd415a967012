package pkerr

import (
	"fmt"
	"log/slog"

	"github.com/pkerr/pkerr/internal/oneline"
)

// loggedText is how many bytes of the text of an error LogValue logs at most.
const loggedText = 2048

// LogValue returns err as a group for structured logs, with the same keys for
// any error, wrapped or not:
//
//	text         all of err.Error(), in one line
//	code         such as "20002/404"
//	message      the text of the API
//	fields       what is wrong with which key
//	scope        the rate limit that was hit
//	retry_after  how long the caller is asked to wait, a duration
//	cause        the reason behind it
//	status, method, path, request_id
//	             of the response, from a *client.ResponseError
//
// What err does not say is left out, so an error that has no code has only
// text. LogValue returns the zero Value for nil. Text from outside is bounded,
// and what is not printable is escaped. The last four are what the method
// LogAttrs() []slog.Attr of an error in the chain returns.
//
// A [Code], an [*Error] and a *client.ResponseError log this group by
// themselves. [ReplaceAttr] makes every logged error do so.
func LogValue(err error) slog.Value {
	if err == nil {
		return slog.Value{}
	}
	// Sprint recovers if err panics.
	text := slog.String("text", oneline.Text(fmt.Sprint(err), loggedText))
	return slog.GroupValue(append([]slog.Attr{text}, details(err)...)...)
}

// ReplaceAttr is a function for [slog.HandlerOptions]. It gives every error
// that is logged as an attribute of its own the shape of [LogValue], and leaves
// all other attributes as they are.
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
	// The methods of other packages' errors are called on the way.
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

// LogValue logs a code in the shape of the function [LogValue].
func (c Code) LogValue() slog.Value { return LogValue(c) }

// LogValue logs e in the shape of the function [LogValue].
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
