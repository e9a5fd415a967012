package client

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client/internal/scan"
)

// document is what was found in the body. The texts stay in the body until it
// is known which of them is used.
type document struct {
	message, problem, title scan.String // `message`, `error` and `title`
	code                    int64       // 0 if absent
	fields                  pkerr.Fields
	hasFields               bool  // fields have been made, for the last or an earlier `errors`
	retryAfter              int64 // in milliseconds, -1 if absent
	scope                   string
}

// read reads the object or string that comes first, and reports whether there
// is one.
func (d *document) read(s *scan.Scanner) bool {
	switch s.Next() {
	case '"':
		if text := s.String(); utf8.Valid(s.Raw(text)) {
			d.message = text
		}
	case '{':
		for more := s.Open('{'); more; more = s.More('}') {
			d.readKey(s)
		}
	default:
		return false
	}
	return !s.Failed()
}

// readKey reads one key of the object, and its value. A value that does not fit
// does not replace that of an earlier duplicate.
func (d *document) readKey(s *scan.Scanner) {
	switch string(s.Bytes(s.Key())) {
	case "message":
		readText(s, &d.message)
	case "code":
		if n, ok := readNumber(s).Integer(); ok && pkerr.MakeCode(n, http.StatusOK) != 0 {
			d.code = n
		}
	case "errors":
		d.readErrors(s)
	case "retry_after":
		if n, ok := readNumber(s).Ceil(); ok {
			d.retryAfter = n
		}
	case "scope":
		var scope scan.String
		if readText(s, &scope) {
			d.scope = scopeText(s, scope)
		}
	case "error":
		readText(s, &d.problem)
	case "title":
		readText(s, &d.title)
	default:
		s.Skip()
	}
}

// readText reads the next value into text, and reports whether it is a string.
func readText(s *scan.Scanner, text *scan.String) bool {
	if s.Next() != '"' {
		s.Skip()
		return false
	}
	*text = s.String()
	return true
}

// readNumber reads a number, or a string of digits. For any other value it
// returns the empty number, which has no value.
func readNumber(s *scan.Scanner) scan.Number {
	switch c := s.Next(); {
	case c == '"':
		n, _ := s.Digits(s.String())
		return n
	case scan.IsNumber(c):
		return s.Number()
	}
	s.Skip()
	return nil
}

// scopeText returns what scope spells. For the usual two it makes no new
// string.
func scopeText(s *scan.Scanner, scope scan.String) string {
	switch string(s.Bytes(scope)) {
	case "generic_get":
		return "generic_get"
	case "generic_update":
		return "generic_update"
	}
	return s.Text(scope)
}

// text returns the first text that can be the message, or "".
func (d *document) text(s *scan.Scanner, code pkerr.Code) string {
	own := code.Message()
	for _, text := range [...]scan.String{d.message, d.problem, d.title} {
		found := own // needs no new string, and is what nearly all responses say
		if !s.Is(text, own) {
			found = s.Text(text)
		}
		if found != "" && !isTemplate(found) {
			return found
		}
	}
	return ""
}

// retry returns how long to wait, as the body says or else the headers. It
// returns false if neither does.
func (d *document) retry(header http.Header) (time.Duration, bool) {
	if d.retryAfter >= 0 {
		return duration(d.retryAfter, time.Millisecond), true
	}
	return retryAfter(header)
}
