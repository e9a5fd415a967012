// Package pkerrtest is for the tests of programs that talk to PluralKit's API, and of servers that answer as it does.
//
// A fake of the API, which a test scripts route by route, and asks afterwards what it was sent:
//
//	func TestRename(t *testing.T) {
//		api := pkerrtest.NewServer(t)
//		api.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
//
//		err := rename(t.Context(), api.Client(), api.URL, "abcde", "Alice")
//		require.ErrorIs(t, err, pkerr.NotOwnMember)
//		require.Len(t, api.Requests(), 1)
//	}
//
// [WithRateLimit] switches on the rate limiter of the API, with all that is odd about it, and [WithLatency] makes requests
// take their time. In the bubble of a [testing/synctest.Test] the test takes none:
//
//	func TestABusyMinute(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			api := pkerrtest.NewServer(t, pkerrtest.WithRateLimit(pkerrtest.Rates{}), pkerrtest.WithLatency(80*time.Millisecond))
//			api.On("GET /v2/members/{ref}").ReplyBytes(200, nil, `{"id":"abcde"}`)
//			…
//		})
//	}
//
// Without a server, [Response] is what one sends for an error, and [Responses] is everything that the API is known to send,
// to run your own client against.
//
// For errors there is [errors.Is], as ever, and testify's require.ErrorIs tells well what came and what was wanted.
// [RequireFields] and [RequireTooLong] ask what is wrong with which key of a request, whatever the words for it.
package pkerrtest
