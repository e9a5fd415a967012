package locale_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
)

// offering is an error of another package that provides a code by As.
type offering struct {
	code  pkerr.Code
	cause error
}

func (o offering) Error() string { return "foreign" }
func (o offering) Unwrap() error { return o.cause }

func (o offering) As(target any) bool {
	code, ok := target.(*pkerr.Code)
	if ok {
		*code = o.code
	}
	return ok
}

// matching is an error of another package that matches codes only by Is.
type matching []pkerr.Code

func (m matching) Error() string { return "foreign" }

func (m matching) Is(target error) bool {
	code, ok := target.(pkerr.Code)
	return ok && slices.Contains(m, code)
}

// delayed is an error of another package that matches a code by Is, and
// provides an Error with details by As.
type delayed struct {
	matching

	e *pkerr.Error
}

func (d delayed) As(target any) bool {
	e, ok := target.(**pkerr.Error)
	if ok {
		*e = d.e
	}
	return ok
}

func TestMessage(t *testing.T) {
	notFound := "That couldn't be found."
	member := "This member couldn't be found. Please check the name or ID."
	named := "The member “abcde” couldn't be found. Please check the name or ID."
	general := "Something went wrong. Please try again later."
	check := "Something went wrong while handling this. If you were changing something, check whether it was saved before you try again."
	soon := "That was a lot at once. Please wait a moment and try again."
	exchange := func(op string, err error) error {
		return fmt.Errorf("wrapped: %w", &url.Error{Op: op, URL: "https://api.pluralkit.me/v2/members", Err: err})
	}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nil", nil, ""},
		{"a bare code", pkerr.NotFound, notFound},
		{"an error", &pkerr.Error{Code: pkerr.NotFound}, notFound},
		{"the text that was sent is not shown", pkerr.NotFound.WithMessage("pq: no rows"), notFound},
		{"a name", pkerr.MemberNotFound.WithRef("abcde"), "The member “abcde” couldn't be found. Please check the name or ID."},
		{"a name that is a number", pkerr.MemberNotFound.WithRef("20003"), "The member “20003” couldn't be found. Please check the name or ID."},
		{"a name that looks like a placeholder", pkerr.MemberNotFound.WithRef("{ref}{wait}"), "The member “{ref}{wait}” couldn't be found. Please check the name or ID."},
		{"a missing name", pkerr.MemberNotFoundWithRef, member},
		{"an empty name", pkerr.MemberNotFound.WithRef(""), member},
		{"a name that only its cause has", pkerr.GroupNotFoundWithRef.WithCause(pkerr.NotOwnMember.WithRef("secret")), "This group couldn't be found. Please check the name or ID."},
		{"a name that only its sibling has", errors.Join(pkerr.GroupNotFoundWithRef, pkerr.MemberNotFound.WithRef("secret")), "This group couldn't be found. Please check the name or ID."},
		{"a wait that only its cause has", pkerr.TooManyRequests.WithCause(pkerr.TooManyRequests.WithRetryAfter(time.Hour)), soon},
		{"a name that only a sibling with the same code has", errors.Join(pkerr.MemberNotFoundWithRef, pkerr.MemberNotFound.WithRef("secret")), member},
		{"a wait that only the cause of a foreign error has", offering{pkerr.TooManyRequests, pkerr.TooManyRequests.WithRetryAfter(time.Hour)}, soon},
		{"a wait behind a foreign error without a code", offering{0, pkerr.TooManyRequests.WithRetryAfter(time.Hour)}, "That was a lot at once. Try again in 1 hour."},
		{"a name behind a typed nil", errors.Join((*pkerr.Error)(nil), pkerr.MemberNotFound.WithRef("abcde")), named},
		{"a name behind an error without a code", (&pkerr.Error{Message: "x"}).WithCause(pkerr.MemberNotFound.WithRef("abcde")), named},
		{"a wait after a zero code", errors.Join(pkerr.Code(0), fmt.Errorf("wrapped: %w", pkerr.TooManyRequests.WithRetryAfter(90*time.Second))), "That was a lot at once. Try again in 2 minutes."},
		{"an invisible name", pkerr.MemberNotFound.WithRef(" \u202e\u200b\x00\n"), member},
		{"a text that tells no name", pkerr.MemberNotFoundWithRef.WithMessage("no such member"), member},
		{"a known number with another status", pkerr.MakeCode(20003, 410), member},
		{"an unknown code", pkerr.MakeCode(29999, 404).WithMessage("Webhook not found."), notFound},
		{"a status without a code", pkerr.MakeCode(0, 418), "That couldn't be understood. Please check what you entered."},
		{"an unknown number and status", pkerr.MakeCode(29999, 418), "That couldn't be understood. Please check what you entered."},
		{"a proxy's 503", pkerr.MakeCode(0, 503), check},
		{"a 500", pkerr.InternalServerError, check},
		{"a proxy's 503 with a number", pkerr.MakeCode(20002, 503), check},
		{"a 503 with a number that has a text", pkerr.MakeCode(50001, 503), check},
		{"a 502", pkerr.MakeCode(0, 502), check},
		{"a 504", client.Decode(http.StatusGatewayTimeout, nil, []byte("<html>")), check},
		{"a wait", pkerr.TooManyRequests.WithRetryAfter(1200 * time.Millisecond), "That was a lot at once. Try again in 2 seconds."},
		{"a wait of 0", pkerr.TooManyRequests.WithRetryAfter(0), "That was a lot at once. Try again in 1 second."},
		{"an unknown wait", pkerr.TooManyRequests, soon},
		{"an unknown code of a rate limit", pkerr.MakeCode(69999, 429).WithRetryAfter(time.Minute), "That was a lot at once. Try again in 1 minute."},
		{"no error status", pkerr.MakeCode(1, 302), general},
		{"an unknown status", pkerr.MakeCode(0, 999), general},
		{"no code", &pkerr.Error{Message: "secret"}, general},
		{"Code(0)", pkerr.Code(0), general},
		{"a typed nil", (*pkerr.Error)(nil), general},
		{"a foreign error", errors.New("dial tcp 10.0.0.1:5432: secret"), general},
		{"a timeout", fmt.Errorf("wrapped: %w", context.DeadlineExceeded), check},
		{"a timeout of the system", &os.PathError{Op: "read", Path: "pipe", Err: os.ErrDeadlineExceeded}, check},
		{"a missing file", &os.PathError{Op: "open", Path: "secret", Err: syscall.ENOENT}, general},
		{"a cancellation", context.Canceled, general},
		{"a broken connection", fmt.Errorf("wrapped: %w", reset), check},
		{"a write that timed out", exchange("Patch", context.DeadlineExceeded), check},
		{"a write whose connection broke", exchange("Post", reset), check},
		{"a write whose response ended early", exchange("Put", io.ErrUnexpectedEOF), check},
		{"a write that was canceled", exchange("Delete", context.Canceled), check},
		{"a read that timed out", exchange("Get", context.DeadlineExceeded), general},
		{"a read whose connection broke", exchange("Head", reset), general},
		{"a malformed URL", exchange("parse", errors.New("invalid port")), general},
		{"a write with a response", exchange("Post", pkerr.NotFound), notFound},
		{"a turn that comes too late", exchange("Post", matching{pkerr.TooManyRequests}), soon},
		{"a turn that comes in 3 seconds", exchange("Post", delayed{matching{pkerr.TooManyRequests}, pkerr.TooManyRequests.WithRetryAfter(2500 * time.Millisecond)}), "That was a lot at once. Try again in 3 seconds."},
		{"a match", matching{pkerr.NotFound}, notFound},
		{"a match of one that names nothing", matching{pkerr.NotFound, pkerr.MemberNotFound, pkerr.MemberNotFoundWithRef}, member},
		{"the most specific match", matching{pkerr.MemberNotFound, pkerr.NotFound}, member},
		{"a match of a code that is unknown", matching{pkerr.MakeCode(29999, 404)}, general},
		{"the outermost of two", fmt.Errorf("%w: %w", pkerr.NotFound, pkerr.Forbidden), notFound},
		{"a code behind a foreign error", errors.Join(io.EOF, pkerr.NotFound), notFound},
		{"a decoded response", client.Decode(http.StatusNotFound, nil, []byte(`{"message":"Member 'x' not found.","code":20003}`)), "The member “x” couldn't be found. Please check the name or ID."},
		{"a proxy's page", client.Decode(http.StatusNotFound, nil, []byte("<html>")), notFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, locale.For("en").Message(tt.err))
			if tt.want == general {
				require.Equal(t, locale.For("de").Message(io.EOF), locale.For("de").Message(tt.err))
			}
		})
	}
}

// A request that package client did not send was not carried out, so there is
// nothing to check.
func TestMessage_WaitError(t *testing.T) {
	err := &url.Error{Op: "Post", Err: &client.WaitError{Delay: 3 * time.Second, Err: context.DeadlineExceeded}}
	require.Contains(t, locale.For("en").Message(err), "That was a lot at once. ")
}

// A name is untrusted text, and must not affect the rest of the sentence.
func TestMessage_Names(t *testing.T) {
	tests := []struct{ ref, want string }{
		{"Zoë 🦊", "Zoë 🦊"},
		{"👩‍👧", "👩‍👧"},
		{"a\nb\r\nc\td\u2028e", "a b c d e"},
		{" a  b ", "a b"},
		{"a\u00a0b\u3000c\u0085d\ve", "a b c d e"},
		{"नहीं\u200cहै", "नहीं\u200cहै"},
		{"\u202eabc\u2066d\u200be\ufefff\x1b[31m", "abcdef[31m"},
		{"\xffa", "\ufffda"},
		{strings.Repeat("ä", 64), strings.Repeat("ä", 64)},
		{strings.Repeat("ä", 65), strings.Repeat("ä", 64) + "…"},
		{strings.Repeat("x", 1<<20), strings.Repeat("x", 64) + "…"},
		{strings.Repeat("x", 62) + " y", strings.Repeat("x", 62) + " y"},
		{strings.Repeat("x", 63) + " y", strings.Repeat("x", 63) + "…"},
		{strings.Repeat("x", 64) + " y", strings.Repeat("x", 64) + "…"},
		{strings.Repeat("x", 64) + " ", strings.Repeat("x", 64)},
		{strings.Repeat("xy ", 30), strings.Repeat("xy ", 21) + "x…"},
	}
	for _, tt := range tests {
		require.Equal(t, "The member “"+tt.want+"” isn't part of your system.", locale.For("en").Message(pkerr.NotOwnMember.WithRef(tt.ref)))
	}
}

func TestMessage_InvisibleNames(t *testing.T) {
	for _, ref := range []string{"\u200d", "\u200c\u200c", "\u3164", "\u115f", "\u2800", "\ufe0f", "\u034f", "\u0301", " \u200b\u2060 "} {
		require.Equal(t, "This member isn't part of your system.", locale.For("en").Message(pkerr.NotOwnMember.WithRef(ref)), "%+q", ref)
	}
}

func TestLocalizer_ZeroAndNil(t *testing.T) {
	english := locale.For("en")
	for _, l := range []*locale.Localizer{nil, {}} {
		require.Equal(t, language.English, l.Language())
		require.Equal(t, "en", l.String())
		require.Equal(t, english.Message(pkerr.NotFound), l.Message(pkerr.NotFound))
		require.Equal(t, english.RetryAfter(1), l.RetryAfter(1))
		require.Equal(t, english.Field("x", pkerr.ErrorObject{}), l.Field("x", pkerr.ErrorObject{}))
		texts, _ := textsOf(l, nil)
		require.Empty(t, texts)
	}
}

func TestLocalizer_ConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				for _, tag := range locale.Languages() {
					l := locale.For(tag.String())
					require.Contains(t, l.RetryAfter(time.Duration(i+2)*time.Second), fmt.Sprint(i+2))
					require.Contains(t, l.Message(pkerr.GroupNotFound.WithRef(fmt.Sprint("x", i))), fmt.Sprint("x", i))
				}
			}
		})
	}
	wg.Wait()
}
