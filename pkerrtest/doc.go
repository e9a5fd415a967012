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
//
// # Answers that need no script
//
// A [Server] checks a request in the same order as the API, and sends the first
// answer that applies:
//
//  1. OPTIONS, to any path: a 200 without a body.
//  2. A path that no pattern matches: a 404 without a body under /v2/, a 410
//     under /v1/, a 400 elsewhere.
//  3. No User-Agent header: a 400 without a body. Package net/http sends that
//     header unless it is set to "".
//  4. A path with @me, but no Authorization header: a 401, unless the body
//     would get an answer from 7.
//  5. Too many requests, with [WithRateLimit]: a 429.
//  6. A method that no pattern has for this path: a 405 without a body, with an
//     Allow header.
//  7. A POST, PUT or PATCH with a body: a 415 if its Content-Type is not JSON,
//     a 400 if it is not a JSON document.
//  8. The next reply of the script.
//
// Requests that get one of the first four answers do not count towards the rate
// limit. A scripted reply always counts, even a MemberNotFound for an ID in the
// path, which the real API does not count.
package pkerrtest
