// Package pkerrtest helps to test programs that use PluralKit's API, and
// servers that answer as it does.
//
// [NewServer] starts a fake of the API. A test scripts it route by route, and
// checks afterwards which requests it received:
//
//	func TestRename(t *testing.T) {
//		api := pkerrtest.NewServer(t)
//		api.On("PATCH /v2/members/{ref}").Reply(pkerr.NotOwnMember)
//
//		err := rename(t.Context(), api.Client(), api.URL, "abcde", "Alice")
//		require.ErrorIs(t, err, pkerr.NotOwnMember)
//		api.RequireDone()
//	}
//
// [WithRateLimit] adds the rate limiter of the API, with its quirks.
// [WithLatency] and [Route.Delay] make requests take time. In the bubble of a
// [testing/synctest.Test] they take no real time:
//
//	func TestBusyMinute(t *testing.T) {
//		synctest.Test(t, func(t *testing.T) {
//			api := pkerrtest.NewServer(t,
//				pkerrtest.WithRateLimit(pkerrtest.Rates{}),
//				pkerrtest.WithLatency(80*time.Millisecond))
//			api.On("GET /v2/members/{ref}").ReplyJSON(200, member)
//			…
//		})
//	}
//
// [Route.ReplyFault] breaks the connection. [Route.ReplyHandler] answers with a
// handler of your own, which can be a whole server.
//
// Without a server, [Response] returns the response for an error, and
// [Responses] returns all responses that the API is known to send, to test your
// own client with.
//
// To check an error, use [errors.Is], or require.ErrorIs of testify.
// [RequireFields] and [RequireTooLong] check what is wrong with the keys of a
// request.
package pkerrtest
