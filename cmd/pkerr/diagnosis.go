package main

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
)

// A diagnosis is what decode says about a response, and its JSON output. Keys
// keep their meaning; new ones may be added.
type diagnosis struct {
	Success   bool   `json:"success"`
	Certainty string `json:"certainty"` // certain, likely or guess
	Source    string `json:"source"`    // what it was read from
	explanation

	StatusSource string             `json:"status_source"`
	Fields       map[string][]field `json:"fields"` // what is wrong with each key of the request
	Scope        string             `json:"scope"`
	RetryAfter   *int64             `json:"retry_after_ms"`
	RetryDelay   *int64             `json:"retry_delay_ms"`
	RateLimit    *rateLimit         `json:"rate_limit"`
	RequestID    string             `json:"request_id"`
	Method       string             `json:"method"`
	Path         string             `json:"path"`
	Front        bool               `json:"front"` // something in front of the API sent it
	Body         bodyFacts          `json:"body"`

	// The rest is for the templates.
	Challenge string `json:"-"` // what a proxy asks for
	Silent    bool   `json:"-"` // there is no body, and the headers mention none
}

type field struct {
	Message      string `json:"message"`
	MaxLength    *int   `json:"max_length"`
	ActualLength *int   `json:"actual_length"`
	Localized    string `json:"localized"`
}

// A rateLimit is what the headers say of the rate limit. Without a header,
// Remaining is -1 and Reset is empty.
type rateLimit struct {
	Limit     int    `json:"limit"`
	Remaining int    `json:"remaining"`
	Reset     string `json:"reset"`
	Scope     string `json:"scope"`
}

// A bodyFacts describes a body. Its Length is that of the part that was read.
type bodyFacts struct {
	Kind      string `json:"kind"`
	Length    int    `json:"length"`
	Truncated bool   `json:"truncated"`
	Encoding  string `json:"encoding"`
}

// diagnose explains a response. given is the status from the caller, or 0.
// It returns an error if nothing shows whether the response is a success.
func diagnose(r *reading, given int, who audience) (*diagnosis, error) {
	d := &diagnosis{
		Certainty: r.certainty, Source: r.source, StatusSource: "text", Method: r.method, Path: r.path,
		explanation: explanation{Status: r.status, Notes: []string{}, Matches: []codeName{}, Go: who.forGo}, Fields: map[string][]field{},
		Body:      bodyFacts{r.content.kind, len(r.body), r.truncated, r.header.Get("Content-Encoding")},
		Challenge: r.header.Get("WWW-Authenticate") + r.header.Get("Proxy-Authenticate"),
	}
	c := &r.content
	own, source := c.status()
	switch {
	case r.status != 0 && given != 0 && r.status != given:
		return nil, usage("the input has the status "+strconv.Itoa(r.status)+", but --status is "+strconv.Itoa(given),
			"--status is for a body alone: leave it out")
	case r.status != 0:
		d.StatusSource = "status line"
	case given != 0:
		d.Status, d.StatusSource = given, "flag"
	case c.isError && own != 0:
		d.Status, d.StatusSource = own, source
	case r.textStatus != 0 && (!c.isError || r.textStatus >= http.StatusBadRequest):
		if d.Status = r.textStatus; r.unstructured {
			d.Source, d.Body.Kind = "status", kindMissing
			r.body, r.content = nil, content{kind: kindMissing}
		}
	case r.match != match{}:
		d.Status, d.Body.Kind = r.match.code.Status(), kindMissing
		d.explain(r.match, nil)
		return d, nil
	case c.isError || c.isModel:
		d.Success, d.StatusSource = c.isModel, "unknown"
	default:
		if r.path != "" {
			d.Source = "request"
		}
		return nil, usage(execute("unknown", d), execute("ask for status", d))
	}
	d.Success = d.Success || d.Status != 0 && client.Check(&http.Response{StatusCode: d.Status}) == nil
	switch {
	case !d.Success:
		d.interpret(r, d.read(r, who), who)
	case c.isError:
		d.note("error in success")
	case c.kind == kindHTML:
		d.note("page in success")
	}
	return d, nil
}

// note adds the note that a template makes from d.
func (d *diagnosis) note(template string) { d.Notes = append(d.Notes, execute(template, d)) }

// read adds what package client finds in the response, and returns its error.
func (d *diagnosis) read(r *reading, who audience) error {
	err := client.Decode(d.Status, r.header, r.body)
	response, _ := errors.AsType[*client.ResponseError](err)
	response.Method = r.method // it tells the interval of a rate limit without headers
	d.RequestID = response.RequestID()
	if l, ok := response.RateLimit(); ok {
		reset := strings.TrimPrefix(l.Reset.Format(time.RFC3339), "0001-01-01T00:00:00Z")
		d.RateLimit = &rateLimit{l.Limit, l.Remaining, reset, l.Scope}
	}
	e, _ := errors.AsType[*pkerr.Error](err)
	d.Number, d.Scope, d.Message = r.content.number, e.Scope, e.Message
	if c := r.content; !c.isNamed && (c.kind != kindText || !bytes.Contains(r.body, []byte(e.Message))) {
		d.Message = "" // package client made it up
	}
	d.Ref, _ = pkerr.Ref(err)
	for key, objects := range pkerr.FieldErrors(err) {
		for _, o := range objects {
			f := field{o.Message, o.MaxLength, o.ActualLength, ""}
			if who.wanted {
				f.Localized = who.Field(key, o)
			}
			d.Fields[key] = append(d.Fields[key], f)
		}
	}
	return err
}

// interpret adds what the response means and what to do.
func (d *diagnosis) interpret(r *reading, err error, who audience) {
	c, class, failed := &r.content, pkerr.MakeCode(0, d.Status), isFailure(d.Status)
	known := uncodedOf(d.Status, c.fits(r.header))
	d.Front = len(known) == 0 && c.kind != kindMissing && !r.silent && c.sentByFront(d.Status)
	d.Silent = r.silent && failed
	if after, ok := pkerr.RetryAfter(err); ok {
		d.RetryAfter = new(milliseconds(after))
	}
	if delay, ok := client.RetryDelay(err); ok && (d.RetryAfter != nil || !d.Front) {
		d.RetryDelay = new(milliseconds(delay))
	}
	d.Link = errorsPage
	unread := c.kind == kindMissing || c.kind == kindBroken || c.kind == kindBinary && d.Body.Encoding != ""
	switch {
	case d.Front:
		d.Code, d.Name, d.Matches, d.Advice = class.String(), class.Name(), matches(class), execute("front advice", d)
		d.note("front")
	case unread && (d.Status == 0 || failed):
		if d.Advice = execute("unread advice", d); class.Name() != "" {
			d.Matches = append(d.Matches, codeName{class.String(), class.Name()})
		}
		d.note("unread")
	default:
		if d.Localized = who.translate(err); d.Silent {
			d.note("silent")
		}
		d.explain(match{pkerr.CodeOf(err), d.Ref}, known)
	}
}

// explain adds what is known about a code, and about responses without one.
func (d *diagnosis) explain(m match, seen []uncoded) {
	if m.code == 0 {
		d.Advice = execute("unread advice", d)
		return
	}
	f := factsOf(m, audience{forGo: d.Go})
	f.Message, f.Localized = d.Message, d.Localized
	if f.Notes = append(d.Notes, f.Notes...); f.Known {
		f.Notes = d.Notes
	}
	if d.explanation = f.explanation; m.code.Number() == 0 && len(seen) > 0 {
		d.Meaning, d.Action, d.Advice = "", "", seen[0].Advice
		for _, u := range seen {
			d.Notes = append(d.Notes, "From "+u.Origin+": "+u.When)
		}
	}
}

// Keys returns the keys of Fields in order.
func (d *diagnosis) Keys() []string { return slices.Sorted(maps.Keys(d.Fields)) }

// Heading says in a few words what the response is.
func (d *diagnosis) Heading() string { return strings.Join(strings.Fields(execute("heading", d)), " ") }

// WaitsTwice reports whether the delay has two intervals more than RetryAfter,
// as after the first refusal of a burst.
func (d *diagnosis) WaitsTwice() bool {
	return *d.RetryAfter == 0 && d.RateLimit != nil && d.RateLimit.Limit > 0 &&
		*d.RetryDelay >= 2*max(milliseconds(time.Second/time.Duration(d.RateLimit.Limit)), 1)
}

// milliseconds returns d in milliseconds, as the API writes it, rounded up.
func milliseconds(d time.Duration) int64 {
	return int64(d/time.Millisecond) + int64(min(d%time.Millisecond, 1))
}

// duration returns a wait of ms milliseconds for people to read.
func duration(ms int64) string {
	text := strconv.FormatInt(ms, 10) + " ms"
	if ms == milliseconds(math.MaxInt64) { // the most that package client returns
		return "longer than can be shown"
	} else if ms >= time.Minute.Milliseconds() {
		text += " (" + (time.Duration(ms) * time.Millisecond).Round(time.Second).String() + ")"
	}
	return text
}
