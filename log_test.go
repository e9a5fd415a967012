package pkerr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// logJSON returns the attribute err of a line of JSON.
func logJSON(t *testing.T, err any, options *slog.HandlerOptions) string {
	t.Helper()
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, options)).Info("m", "err", err)
	var line struct{ Err json.RawMessage }
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), "%s", &out)
	return string(line.Err)
}

// group returns v as a JSON handler writes it.
func group(t *testing.T, v slog.Value) string {
	t.Helper()
	return logJSON(t, v, nil)
}

// fromRemote is an error with a response, like a *client.ResponseError.
type fromRemote struct{ error }

func (e fromRemote) Unwrap() error { return e.error }

func (e fromRemote) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.Int("status", 404), slog.String("path", "/v2/members/abcde")}
}

// selfLogging is an error of a program whose LogValue calls pkerr.LogValue.
type selfLogging struct{ error }

func (e selfLogging) Unwrap() error        { return e.error }
func (e selfLogging) LogValue() slog.Value { return pkerr.LogValue(e) }

// panicking is an error whose methods all panic.
type panicking struct{}

func (panicking) Error() string { panic("Error") }
func (panicking) Unwrap() error { panic("Unwrap") }
func (panicking) As(any) bool   { panic("As") }
func (panicking) Is(error) bool { panic("Is") }

func TestLogValue(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	for want, err := range map[string]error{
		`null`: nil,
		`{"text":"20002/404: Member not found.","code":"20002/404","message":"Member not found."}`:                 pkerr.MemberNotFound,
		`{"text":"get: 20002/404: Member not found.","code":"20002/404","message":"Member not found."}`:            fmt.Errorf("get: %w", pkerr.MemberNotFound),
		`{"text":"20003/404: Member 'abcde' not found.","code":"20003/404","message":"Member 'abcde' not found."}`: pkerr.MemberNotFound.WithRef("abcde"),
		`{"text":"x: 20003/404: Member 'a' not found.","code":"20003/404","message":"Member 'a' not found."}`:      fmt.Errorf("x: %w", pkerr.MemberNotFound.WithRef("a")),
		`{"text":"99999/418: status 418","code":"99999/418","message":"status 418"}`:                               pkerr.MakeCode(99999, 418),
		`{"text":"0/0: no error code"}`:   pkerr.Code(0),
		`{"text":"0/0: m","message":"m"}`: &pkerr.Error{Message: "m"},
		`{"text":"<nil>"}`:                (*pkerr.Error)(nil),
		`{"text":"EOF"}`:                  io.EOF,
		`{"text":"a\\nb"}`:                errors.New("a\nb"),
		`{"text":"EOF\\n20002/404: Member not found.","code":"20002/404","message":"Member not found."}`:                                                     errors.Join(io.EOF, pkerr.MemberNotFound),
		`{"text":"500: Internal Server Error: EOF","code":"0/500","message":"500: Internal Server Error","cause":"EOF"}`:                                     pkerr.InternalServerError.WithCause(io.EOF),
		`{"text":"429: too many requests (scope s, retry after 19ms)","code":"0/429","message":"429: too many requests","scope":"s","retry_after":19000000}`: pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("s"),
		`{"text":"40001/400: Error parsing JSON model: name: Field name is too long. (actual_length 103, max_length 100)",` +
			`"code":"40001/400","message":"Error parsing JSON model","fields":"name: Field name is too long. (actual_length 103, max_length 100)"}`: fields.Err(),
		`{"text":"a: 20002/404: Member not found.","code":"20002/404","message":"Member not found.","status":404,"path":"/v2/members/abcde"}`: fmt.Errorf("a: %w", fromRemote{pkerr.MemberNotFound}),
	} {
		require.Equal(t, want, group(t, pkerr.LogValue(err)))
	}
}

// An error is logged with the same keys, however it gets into the log.
func TestLogValue_OneShape(t *testing.T) {
	for name, err := range map[string]error{
		"a code":           pkerr.MemberNotFound,
		"an error":         pkerr.InternalServerError.WithCause(io.EOF).WithRetryAfter(time.Second),
		"a wrapped code":   fmt.Errorf("get: %w", pkerr.MemberNotFound),
		"a wrapped error":  fmt.Errorf("get: %w", pkerr.MemberNotFound.WithRef("x")),
		"joined":           errors.Join(io.EOF, pkerr.MemberNotFound.WithRef("x")),
		"another server's": fmt.Errorf("get: %w", fromRemote{pkerr.MemberNotFound}),
		"self-logging":     selfLogging{pkerr.MemberNotFound},
		"a foreign one":    io.EOF,
	} {
		t.Run(name, func(t *testing.T) {
			want := group(t, pkerr.LogValue(err))
			require.Equal(t, want, logJSON(t, err, &slog.HandlerOptions{ReplaceAttr: pkerr.ReplaceAttr}))
			if _, ok := err.(slog.LogValuer); ok {
				require.Equal(t, want, logJSON(t, err, nil))
			}
		})
	}
}

func TestReplaceAttr_OtherAttributes(t *testing.T) {
	for _, a := range []slog.Attr{
		slog.Int("n", 1), slog.String("s", "x"), slog.Any("nil", nil), slog.Time(slog.TimeKey, time.Unix(1, 0)),
		slog.Any("level", slog.LevelInfo), slog.Group("g", slog.Int("n", 1)), slog.Any("list", []error{io.EOF}), {},
	} {
		require.Equal(t, a, pkerr.ReplaceAttr([]string{"group"}, a))
	}
}

// A handler calls ReplaceAttr for everything that it logs.
func TestReplaceAttr_OtherAttributesDoNotAllocate(t *testing.T) {
	for _, a := range []slog.Attr{
		slog.String(slog.MessageKey, "a message"), slog.Time(slog.TimeKey, time.Now()), slog.Any(slog.LevelKey, slog.LevelInfo),
		slog.Int64("n", 1<<40), slog.Float64("f", 1.5), slog.Duration("d", time.Hour),
	} {
		require.Zero(t, testing.AllocsPerRun(100, func() { a = pkerr.ReplaceAttr(nil, a) }), "%v", a)
	}
}

// offersCode and offersError provide a code or an Error by As, like a
// *client.WaitError.
type offersCode struct{ code pkerr.Code }

func (e offersCode) Error() string { return "offers a code" }

func (e offersCode) As(target any) bool {
	code, ok := target.(*pkerr.Code)
	if ok {
		*code = e.code
	}
	return ok
}

type offersError struct{ error *pkerr.Error }

func (e offersError) Error() string { return "offers an error" }

func (e offersError) As(target any) bool { return errors.As(e.error, target) }

// Everything that CodeOf and RetryAfter find is logged.
func TestLogValue_Offered(t *testing.T) {
	code := pkerr.MemberNotFound
	for want, err := range map[string]error{
		`{"text":"offers a code","code":"20002/404","message":"Member not found."}`:    offersCode{code},
		`{"text":"a: offers a code","code":"20002/404","message":"Member not found."}`: fmt.Errorf("a: %w", offersCode{code}),
		`{"text":"offers a code"}`: offersCode{},
		`{"text":"offers an error","code":"0/429","message":"429: too many requests","retry_after":1000000000}`:    offersError{pkerr.TooManyRequests.WithRetryAfter(time.Second)},
		`{"text":"20002/404: Member not found.","code":"20002/404","message":"Member not found."}`:                 &code,
		`{"text":"offers a code\\n20001/404: System not found.","code":"20001/404","message":"System not found."}`: errors.Join(offersCode{}, pkerr.SystemNotFound),
	} {
		require.Equal(t, want, group(t, pkerr.LogValue(err)))
	}
	require.Equal(t, `{"text":"<nil>"}`, group(t, pkerr.LogValue((*pkerr.Code)(nil))))
}

func TestLogValue_Hostile(t *testing.T) {
	for name, e := range hostile() {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{e, fmt.Errorf("a: %w", e)} {
				for _, a := range pkerr.LogValue(err).Group() {
					if a.Value.Kind() == slog.KindString {
						requireOneLine(t, a.Value.String())
					}
				}
			}
		})
	}
	long := pkerr.LogValue(errors.New(strings.Repeat("x", 1<<20))).Group()[0].Value.String()
	require.Less(t, len(long), 2100)
	require.NotPanics(t, func() {
		require.Contains(t, pkerr.LogValue(panicking{}).Group()[0].Value.String(), "PANIC")
		require.Contains(t, pkerr.LogValue(fmt.Errorf("a: %w", error(panicking{}))).Group()[0].Value.String(), "PANIC")
	})
}

func TestLogValue_TextHandler(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "err", pkerr.InternalServerError.WithCause(io.EOF))
	require.Contains(t, out.String(),
		`err.text="500: Internal Server Error: EOF" err.code=0/500 err.message="500: Internal Server Error" err.cause=EOF`)
}
