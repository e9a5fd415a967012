// Package client turns what comes back from the API into errors that can be handled, and waits out its rate limits.
//
// [Check] is all that most callers need. After a request:
//
//	resp, err := httpClient.Do(req)
//	if err != nil {
//		return err
//	}
//	defer resp.Body.Close()
//	if err := client.Check(resp); err != nil {
//		return err
//	}
//
// What it returns matches the codes of package pkerr with [errors.Is], and has all that the response said in a
// [*ResponseError]: an API's error as well as a proxy's page of HTML, an empty body, or a code that no version of this
// library has heard of.
//
// # Waiting out rate limits
//
// With a [Transport], requests that the API refuses with a 429 are held back and sent again, and so are those of all other
// goroutines that the same limit is for:
//
//	httpClient := &http.Client{Transport: &client.Transport{}}
//
// With a [LocalLimiter] that paces, hardly any is refused in the first place. Those who would rather retry by hand wait for
// as long as [RetryDelay] says. Do not wait for the `retry_after` of the response alone: the limiter of the API counts some
// of the requests that it refuses, so that a client which obeys it to the letter can be refused for ever. Transport has a
// table of what gets through.
//
// # What is read, and how
//
// These are the rules, for those who wonder why an error says what it says. Each comes from something that the API, an
// older version of it or a proxy before it does send.
//
//  1. The status is always kept. The Content-Type never decides whether a body is JSON.
//  2. A byte order mark and white space before the body are skipped. The first JSON object or string counts, and what
//     follows it does not matter. A string is the message. A body that breaks off, or is no JSON, is not read at all.
//  3. Keys match exactly. Of two equal keys the last with a fitting value counts, and unknown keys are skipped.
//  4. A member of an unexpected type counts as absent, and never hides the others.
//  5. The code is `code`: an integer, however spelled, or a string of digits. Where it is 0, absent, negative or larger than
//     a code can be, the status alone tells the code. Unknown numbers are codes like any other.
//  6. The message is `message`, else `error`, else `title`, of those that are strings with something in them; else a
//     body of type text/plain that has at most 512 bytes and is no HTML; else the API's own text for the code; else the
//     text of the status; else "status 600". A text in which the reference was not filled in is not used.
//  7. `errors` has, by key, a list, an object or a string, and strings in a list too. Lengths that are not integers from 0 up
//     are absent.
//  8. `retry_after` is in milliseconds, a number or a string of digits, and a part of a millisecond is rounded up. Where it
//     is absent or negative, the Retry-After header counts, in seconds or as a date; one in the past is 0. A wait that is
//     too long for a [time.Duration] is the longest there is.
//  9. The scope is `scope`, else, of a 429, the X-RateLimit-Scope header.
//  10. An error escapes what came from outside when it is printed, and adds nothing secret: no request header, no query
//     string and no password of a URL can be reached from it. Its Body and Message are kept as the server sent them.
package client
