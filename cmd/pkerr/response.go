package main

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxBody is how much of a body is read, as in package client.
	maxBody = 64 << 10

	// maxHead is how much there may be before it: everything that curl prints of redirects and proxies, too.
	maxHead = 256 << 10
)

// response is what was read of a response.
type response struct {
	status       int // 0 where there was no status line
	header       http.Header
	body         []byte
	method, path string // of the request, where curl -v told

	// truncated tells that it went on after what was read, and endless that this was so of its headers already.
	truncated, endless bool
}

// parseResponse reads a body, or what curl prints with -i or -v: status line, headers and body, after those of proxies and
// redirects. The input has maxHead+maxBody+1 bytes at most; if it has as many, it is taken for longer. There is nothing that it
// does not take for a body.
func parseResponse(input []byte) response {
	input = withoutMeter(bytes.TrimPrefix(input, []byte("\uFEFF")))
	r := response{header: http.Header{}}
	if trace, ok := untrace(input, &r); ok {
		input = trace
	}
	rest := input
	if start := bytes.TrimLeft(input, "\r\n"); isStatusLine(start) {
		rest = start
	}
	for isStatusLine(rest) && (r.status == 0 || r.gaveWay()) {
		r.header = http.Header{}
		r.status, rest, _ = readStatusLine(rest)
		var ended bool
		if rest, ended = readHeader(rest, r.header); !ended && len(input) > maxHead {
			r.truncated, r.endless = true, true
		}
	}
	r.body = rest
	if len(r.body) > maxBody {
		r.body, r.truncated = r.body[:maxBody], true
	}
	return r
}

func isStatusLine(text []byte) bool {
	_, _, ok := readStatusLine(text)
	return ok
}

// readStatusLine returns the status, and what follows its line, if the text begins with one. The reason does not matter: HTTP/2
// has none.
func readStatusLine(text []byte) (status int, rest []byte, ok bool) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	parts := bytes.SplitN(bytes.TrimSuffix(line, []byte("\r")), []byte(" "), 3)
	if len(parts) < 2 || len(parts[1]) != 3 || !digits(string(parts[1])) {
		return 0, nil, false
	}
	switch string(parts[0]) {
	case "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0":
		status, _ = strconv.Atoi(string(parts[1]))
	}
	return status, rest, status >= 100
}

// readHeader reads headers up to an empty line, and returns what follows that, and whether it was there. What is no header is
// passed over.
func readHeader(text []byte, header http.Header) (rest []byte, ended bool) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return text, true
		}
		key, value, ok := bytes.Cut(line, []byte(":"))
		if ok && len(key) > 0 && !bytes.ContainsAny(key, " \t") {
			header.Add(string(key), string(bytes.TrimSpace(value)))
		}
	}
	return nil, false
}

// gaveWay tells whether another response may follow this one: curl shows no body of it. Any other that is followed by what
// looks like a response has that for its body. An error must not make itself a success, so it needs the header by which curl
// would send another request.
func (r *response) gaveWay() bool {
	switch {
	case r.status < 200,
		r.status >= 300 && r.status < 400 && r.header.Get("Location") != "",
		r.status == http.StatusUnauthorized && r.header.Get("WWW-Authenticate") != "",
		r.status == http.StatusProxyAuthRequired && r.header.Get("Proxy-Authenticate") != "":
		return true
	case r.header.Get("Content-Length") == "0":
		return true
	}
	// What a proxy says of the connection that it has opened has no body, and nothing that tells of one.
	return r.status < 300 && !slices.ContainsFunc([]string{"Content-Length", "Content-Type", "Transfer-Encoding"},
		func(key string) bool { return r.header.Get(key) != "" })
}

// untrace returns what curl -v printed as curl -i would have, and whether it is such a trace. It notes the request.
func untrace(input []byte, r *response) ([]byte, bool) {
	if len(input) < 2 || input[1] != ' ' || !strings.ContainsRune("*<>", rune(input[0])) {
		return nil, false
	}
	var out []byte
	seen, heading := false, false // a response, and that this is one of its headers
	for line := range bytes.Lines(input) {
		header, received := bytes.CutPrefix(line, []byte("<"))
		header = bytes.TrimPrefix(header, []byte(" "))
		switch {
		case received && (heading || isStatusLine(header)):
			seen, heading = true, len(bytes.TrimSpace(header)) > 0
			out = append(out, header...)
		case bytes.HasPrefix(line, []byte("> ")), bytes.Equal(bytes.TrimSpace(line), []byte(">")):
			r.noteRequest(string(line[1:]))
		case bytes.HasPrefix(line, []byte("* ")), isTransfer(line):
			// What curl says of itself.
		default:
			out = append(out, line...)
		}
	}
	return out, seen
}

// withoutMeter returns what curl printed without how far it was, which it shows where it is not told to be silent (-s) and its
// output is not a terminal.
func withoutMeter(input []byte) []byte {
	if !bytes.HasPrefix(input, []byte("  % Total ")) {
		return input
	}
	rest := bytes.SplitN(input, []byte("\n"), 3) // two lines of headings
	return regexp.MustCompile(`\r[ 0-9.kMGTP]+(?: [ 0-9dh:-]{8}){3} [ 0-9.kMGTP]{5}\n?`).ReplaceAll(rest[len(rest)-1], nil)
}

// isTransfer tells whether a line is one of curl -v about bytes that come or go: «{ [41 bytes data]».
func isTransfer(line []byte) bool {
	line = bytes.TrimSpace(line)
	return (bytes.HasPrefix(line, []byte("{ [")) || bytes.HasPrefix(line, []byte("} ["))) &&
		bytes.HasSuffix(line, []byte(" bytes data]"))
}

// noteRequest reads «GET /v2/members/abcde HTTP/2», without what a query may have.
func (r *response) noteRequest(line string) {
	parts := strings.Fields(line)
	if len(parts) == 3 && strings.HasPrefix(parts[2], "HTTP/") && strings.HasPrefix(parts[1], "/") {
		path, _, _ := strings.Cut(parts[1], "?")
		r.method, r.path = parts[0], path
	}
}
