package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// decode says what a response is.
func (s *session) decode(args []string) (int, error) {
	flags := newFlags("decode")
	asJSON, lang, status := flags.Bool("json", false, ""), flags.String("lang", "", ""), flags.String("status", "", "")
	files, err := parseFlags(flags, args)
	if err != nil {
		return 0, err
	}
	if len(files) > 1 {
		return 0, usagef("it reads one response, and was given "+strconv.Itoa(len(files))+" files", "pkerr help decode")
	}
	r, err := readerOf(*lang, s.env)
	if err != nil {
		return 0, err
	}
	given := 0
	if isSet(flags, "status") {
		if given, err = parseStatus(*status); err != nil {
			return 0, err
		}
	}
	input, err := s.readInput(files)
	if err != nil {
		return 0, err
	}
	parsed := parseResponse(input)
	v, err := judge(&parsed, given, r)
	if err != nil {
		return 0, err
	}
	if *asJSON {
		err = s.printJSON(v)
	} else {
		p := s.newPage()
		p.verdict(v)
		err = s.show(p)
	}
	if err == nil && !v.Success {
		return exitAPIError, nil
	}
	return exitOK, err
}

// readInput reads as much of a file, or of the standard input, as is looked at.
func (s *session) readInput(files []string) ([]byte, error) {
	in, name := s.stdin, "the standard input"
	if len(files) > 0 && files[0] != "-" {
		name = "the file " + quote(files[0])
		file, err := os.Open(files[0]) //nolint:gosec // It is for the caller to say which.
		if err != nil {
			return nil, usagef(name + " cannot be read: " + reason(err))
		}
		defer func() { _ = file.Close() }() // it was only read
		in = file
	}
	input, err := io.ReadAll(io.LimitReader(in, maxHead+maxBody+1))
	if err != nil {
		return nil, usagef(name + " cannot be read: " + reason(err))
	}
	return input, nil
}

// reason returns what the system says, without the name of the file.
func reason(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	return shown(err.Error())
}

// verdict is what decode says of a response. It is also its JSON, whose keys stay as they are; more may come.
type verdict struct {
	Success      bool               `json:"success"`
	Status       int                `json:"status"` // 0: unknown
	StatusSource string             `json:"status_source"`
	Code         string             `json:"code"` // "" where the status is unknown
	Number       int64              `json:"number"`
	Name         string             `json:"name"`
	Message      string             `json:"message"`
	Ref          string             `json:"ref"`
	Fields       map[string][]field `json:"fields"`
	Scope        string             `json:"scope"`
	RetryAfter   *int64             `json:"retry_after_ms"`
	RetryDelay   *int64             `json:"retry_delay_ms"`
	RateLimit    *rateLimit         `json:"rate_limit"`
	RequestID    string             `json:"request_id"`
	Method       string             `json:"method"`
	Path         string             `json:"path"`
	Body         bodyFacts          `json:"body"`
	Localized    *translated        `json:"localized"`
	Meaning      string             `json:"meaning"`
	Action       string             `json:"action"`
	Advice       string             `json:"advice"`
	Notes        []string           `json:"notes"`
	Matches      []match            `json:"matches"`
	Link         string             `json:"link"`

	retryAfter, retryDelay time.Duration

	endless bool // the headers went on after what was read
}

// field is what is wrong with a key of the request.
type field struct {
	Message      string `json:"message"`
	MaxLength    *int   `json:"max_length"`
	ActualLength *int   `json:"actual_length"`
	Localized    string `json:"localized"`
}

// rateLimit is what the headers say of it. Reset is empty where they say nothing that makes sense.
type rateLimit struct {
	Limit     int    `json:"limit"`
	Remaining int    `json:"remaining"`
	Reset     string `json:"reset"`
	Scope     string `json:"scope"`
}

// bodyFacts tells what the body was. The length is that of what was read.
type bodyFacts struct {
	Kind      string `json:"kind"`
	Length    int    `json:"length"`
	Truncated bool   `json:"truncated"`
	Encoding  string `json:"encoding"`
}

// judge says what a response is. given is the status that the caller says it has, or 0.
func judge(r *response, given int, who reader) (*verdict, error) {
	c := contentOf(r.body, r.truncated)
	v := &verdict{
		Method: r.method, Path: r.path, Fields: map[string][]field{}, Notes: []string{}, Matches: []match{},
		Body:    bodyFacts{c.kind, len(r.body), r.truncated, r.header.Get("Content-Encoding")},
		endless: r.endless,
	}
	switch {
	case r.status != 0 && given != 0 && r.status != given:
		return nil, usagef("the input says that its status is "+strconv.Itoa(r.status)+", and --status that it is "+
			strconv.Itoa(given), "--status is for a body alone: leave it out")
	case r.status != 0:
		v.Status, v.StatusSource = r.status, byStatusLine
	case given != 0:
		v.Status, v.StatusSource = given, byFlag
	case c.isJSON() && !c.isError:
		v.Success, v.StatusSource = true, byNothing
		return v, nil
	case c.isJSON():
		v.Status, v.StatusSource = c.status()
	default:
		return nil, statusless(c.kind)
	}
	if v.Status != 0 && client.Check(&http.Response{StatusCode: v.Status}) == nil {
		v.Success = true
		if c.isError {
			v.Notes = append(v.Notes, "The body is like that of an error. By its status the response is none.")
		}
		return v, nil
	}
	v.read(r, &c, who)
	return v, nil
}

// statusless asks for the status of what does not tell it.
func statusless(kind string) error {
	what := map[string]string{
		kindEmpty:  "the input is empty",
		kindBroken: "the input is JSON that breaks off or is broken",
		kindHTML:   "the input is a page of HTML, as proxies send",
		kindText:   "the input is a text, and no JSON",
		kindBinary: "the input is neither JSON nor text",
	}[kind]
	return usagef(what+", and does not tell its status", "curl -i tells the status, or --status, as in: pkerr decode --status 502")
}

// read adds what the response says, by the rules of package client.
func (v *verdict) read(r *response, c *content, who reader) {
	err := client.Decode(v.Status, r.header, r.body)
	if e, ok := errors.AsType[*client.ResponseError](err); ok {
		e.Method = r.method // which tells the interval of a rate limit without headers
		v.RequestID = e.RequestID()
		if l, ok := e.RateLimit(); ok {
			v.RateLimit = &rateLimit{l.Limit, l.Remaining, day(l.Reset), l.Scope}
		}
	}
	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		v.Scope = e.Scope
	}
	if v.Message, v.Number = messageOf(err), c.number; v.Status == 0 && v.Message == "status 0" {
		v.Message = "" // it is package client's own, where the body has none
	}
	v.Ref, _ = pkerr.Ref(err)
	if d, ok := pkerr.RetryAfter(err); ok {
		v.RetryAfter, v.retryAfter = new(milliseconds(d)), d
	}
	if d, ok := client.RetryDelay(err); ok {
		v.RetryDelay, v.retryDelay = new(milliseconds(d)), d
	}
	for key, objects := range pkerr.FieldErrors(err) {
		for _, o := range objects {
			f := field{o.Message, o.MaxLength, o.ActualLength, ""}
			if who.wanted {
				f.Localized = who.Field(key, o)
			}
			v.Fields[key] = append(v.Fields[key], f)
		}
	}
	if who.wanted {
		v.Localized = &translated{who.String(), who.Message(err)}
	}
	v.explain(pkerr.CodeOf(err), uncodedOf(v.Status, c.fits(r.header)))
}

// unread tells why the body, which may have a code, was not read, and how to get at it; "" where it was read.
func (v *verdict) unread() (why, remedy string) {
	switch {
	case v.Body.Kind == kindBinary && v.Body.Encoding != "":
		return "The body is compressed", "Unpack the body (curl --compressed), and look for its code."
	case v.endless || v.Body.Kind == kindCut || v.Body.Kind == kindBroken:
		return "The body could not be read to its end", "Get the whole body (curl -o FILE), and look for its code."
	}
	return "", ""
}

// explain adds what there is to know about the code, and about a response of this kind without one.
func (v *verdict) explain(c pkerr.Code, seen []uncoded) {
	why, remedy := v.unread()
	if c == 0 {
		if why != "" {
			v.Notes = append(v.Notes, why+", so its code is not known.")
		}
		v.Advice = "Look at the status: curl -i tells it, and --status takes it."
		return
	}
	f := factsOf(found{code: c}, reader{})
	v.Code, v.Name, v.Action, v.Advice, v.Matches, v.Link = f.Code, f.Name, f.Action, f.Advice, f.Matches, f.Link
	if !f.Known {
		v.Notes = append(v.Notes, f.Notes...)
	}
	switch {
	case why != "" && v.Status >= 400 && v.Status <= 599:
		// What is said of the plain code may be wrong for the one that was not read.
		v.Notes = append(v.Notes, why+", so its code is not known: only the status is.")
		v.Action, v.Advice = "", adviceOfClass(v.Status)+" "+remedy
	case c.Number() == 0 && len(seen) > 0:
		v.Action, v.Advice = "", seen[0].Advice
		for _, u := range seen {
			v.Notes = append(v.Notes, "From "+u.Origin+": "+u.When)
		}
	default:
		v.Meaning = f.Meaning
	}
}

// adviceOfClass returns what holds for all errors of a class. Of the 4xx a 429 is the one that passes.
func adviceOfClass(status int) string {
	switch {
	case status >= 500:
		return "Repeat a read after a while. A write may have gone through: look before repeating it."
	case status == http.StatusTooManyRequests:
		return "Wait before the next request."
	}
	return "The same request will most likely fail again."
}

// messageOf returns the message of an error, as it came.
func messageOf(err error) string {
	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		return e.Message
	}
	return ""
}

// milliseconds returns a time as the API writes it: a part of a millisecond is rounded up.
func milliseconds(d time.Duration) int64 {
	whole := int64(d / time.Millisecond)
	if d%time.Millisecond > 0 {
		whole++
	}
	return whole
}

// day returns a time as text, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
