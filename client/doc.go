// Package client turns responses of the API into errors, and waits for its rate
// limits.
//
// Most callers need only [Check]. After a request:
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
// The error matches the codes of package pkerr with [errors.Is], and is a
// [*ResponseError] with the details of the response. That holds for an error of
// the API, an HTML page from a proxy, an empty body, and a code that this
// library does not know.
//
// # Waiting for rate limits
//
// A [Transport] holds back requests that the API refuses with a 429, and sends
// them again. It also holds back the requests of other goroutines that count
// towards the same limit:
//
//	httpClient := &http.Client{Transport: &client.Transport{}}
//
// With a [LocalLimiter] that paces, hardly any request is refused at all. To
// retry by hand, wait for as long as [RetryDelay] says. Do not wait for just
// the `retry_after` of the response: the API counts some of the requests that
// it refuses, so a client that obeys exactly can be refused forever.
//
// # How responses are read
//
// A response is decoded by these rules. Each of them handles something that the
// API, an older version of it, or a proxy is known to send.
//
//  1. The status is always kept. The Content-Type does not decide whether a
//     body is JSON.
//  2. A byte order mark and white space before the body are skipped. The first
//     JSON object or string is decoded, and anything after it is ignored. A
//     string is the message. A body that is incomplete or not JSON is not
//     decoded at all.
//  3. Keys match exactly. Of duplicate keys the last one with a usable value
//     counts. Unknown keys are ignored.
//  4. A value of an unexpected type counts as absent, and does not hide the
//     others.
//  5. The code is `code`: an integer, however spelled, or a string of digits.
//     If it is 0, absent, negative or too large for a code, the status alone is
//     the code. Unknown numbers are codes like any other.
//  6. The message is the first of `message`, `error` and `title` that is a
//     string, not empty, and has its reference filled in. Failing that, it is a
//     body of type text/plain that has at most 512 bytes and is neither HTML
//     nor a JSON object; then the API's own text for the code; then the text of
//     the status; then one such as "status 600". A body that is compressed,
//     binary or not UTF-8 is never the message. Any Content-Encoding counts as
//     compressed, and control characters other than white space and ESC count
//     as binary.
//  7. `errors` has, for each key, a list, an object or a string; the list can
//     contain strings, too. Or it is a list of
//     {"Simple":{"key":"name","value":"text"}}. A length that is not an
//     integer, or is negative, is absent.
//  8. `retry_after` is in milliseconds, a number or a string of digits, and is
//     rounded up. If it is absent or negative, the Retry-After header counts,
//     in seconds or as a date. A date is measured from the Date header, or from
//     the clock of this machine if there is no valid one; a past date means 0.
//     A wait that is too long for a [time.Duration] is the longest one.
//  9. The scope is `scope`, or else, for a 429, the X-RateLimit-Scope header.
//  10. Printing an error escapes untrusted text, and shows no secrets: of the
//     headers only the request ID and the scope, and of the request only the
//     method and the path. The fields of an error hold exactly what the server
//     sent.
package client
