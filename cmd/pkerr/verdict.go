package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkerr/pkerr/internal/oneline"
)

// shown returns a stranger's text as it may be printed: in one line, and not too long.
func shown(text string) string { return oneline.Text(text, maxShown) }

// maxFields is how many keys are shown. All are in the JSON.
const maxFields = 20

// verdict writes what a response is.
func (p *page) verdict(v *verdict) {
	p.line(p.bold(v.heading()))
	p.row("Request", shown(strings.TrimSpace(v.Method+" "+v.Path)))
	p.row("Status", v.statusText())
	p.row("Message", shown(v.Message))
	p.row("Reference", shown(v.Ref))
	p.row("Fields", v.fieldLines()...)
	p.row("Scope", shown(v.Scope))
	p.row("Retry after", v.retryAfterText())
	p.row("Really wait", v.retryDelayText())
	p.row("Rate limit", v.RateLimit.text())
	p.row("Request ID", shown(v.RequestID))
	p.row("Body", v.bodyText())
	p.row("Meaning", v.Meaning)
	p.row("Note", v.Notes...)
	if v.Localized != nil {
		p.row("In "+v.Localized.Language, v.Localized.Text)
	}
	p.row("What to do", v.Advice)
	names := make([]string, 0, len(v.Matches))
	for _, m := range v.Matches {
		names = append(names, m.Name)
	}
	p.row("Matches", strings.Join(names, ", "))
	p.row("More", v.Link)
}

// wait returns a wait in milliseconds, and a long one as people write it, too.
func wait(d time.Duration) string {
	switch {
	case d == math.MaxInt64: // where package client stops
		return "longer than can be told"
	case d >= time.Minute:
		return strconv.FormatInt(milliseconds(d), 10) + " ms (" + d.Round(time.Second).String() + ")"
	}
	return strconv.FormatInt(milliseconds(d), 10) + " ms"
}

// retryAfterText says how long to wait by the response.
func (v *verdict) retryAfterText() string {
	if v.RetryAfter == nil {
		return ""
	}
	return wait(v.retryAfter) + ", as the response says"
}

// retryDelayText says how long to wait so that the next request passes, and where the difference is from.
func (v *verdict) retryDelayText() string {
	var why string
	switch {
	case v.RetryDelay == nil:
		return ""
	case v.retryDelay == math.MaxInt64:
	case v.RetryAfter == nil:
		why = ", one interval of the limit"
	case v.waitsTwice():
		why = ", two intervals more than the response says"
	default:
		why = ", one interval more than the response says"
	}
	return wait(v.retryDelay) + why + " (client.RetryDelay)"
}

// waitsTwice tells whether the delay is two intervals of the limit, as after the first refusal of a burst.
func (v *verdict) waitsTwice() bool {
	if v.retryAfter != 0 || v.RateLimit == nil || v.RateLimit.Limit == 0 {
		return false
	}
	interval := max(milliseconds(time.Second/time.Duration(v.RateLimit.Limit)), 1)
	return milliseconds(v.retryDelay) >= 2*interval
}

// text says what is known of the limit, of which l may have a part, or be nil.
func (l *rateLimit) text() string {
	if l == nil {
		return ""
	}
	var parts []string
	if l.Limit > 0 {
		parts = append(parts, fmt.Sprintf("%d a second, %d left", l.Limit, l.Remaining))
	}
	if l.Scope != "" {
		parts = append(parts, "scope "+shown(l.Scope))
	}
	return strings.Join(parts, ", ")
}

// heading says what it is in a few words.
func (v *verdict) heading() string {
	switch {
	case v.Success && v.Status == 0:
		return "A success response: JSON, and no error"
	case v.Success:
		return "A success response: " + strconv.Itoa(v.Status)
	case v.Code != "":
		return strings.TrimSpace(v.Code + " " + v.Name)
	case v.Number != 0:
		return "An error with the unknown number " + strconv.FormatInt(v.Number, 10) + ", and an unknown status"
	}
	return "An error with an unknown status"
}

// statusText says how the status is known, where nobody said it.
func (v *verdict) statusText() string {
	switch v.StatusSource {
	case byStatusLine, byFlag:
		return ""
	case byNothing:
		return "unknown"
	case byNumber:
		return strconv.Itoa(v.Status) + ", as the number always has"
	}
	return strconv.Itoa(v.Status) + ", as the body says (" + v.StatusSource + ")"
}

func (v *verdict) bodyText() string {
	text := map[string]string{
		kindEmpty:  "empty",
		kindCut:    "JSON; only the first " + strconv.Itoa(maxBody>>10) + " KiB were read",
		kindBroken: "JSON that breaks off or is broken, so it is not read",
		kindHTML:   "a page of HTML, so it is not by the API",
		kindText:   "a text, and no JSON",
		kindBinary: "neither JSON nor text",
	}[v.Body.Kind]
	if text == "" && v.Body.Truncated {
		text = "JSON"
	}
	if v.Body.Encoding != "" && v.Body.Kind == kindBinary {
		text += "; it is compressed (" + shown(v.Body.Encoding) + "): curl --compressed unpacks it"
	}
	switch {
	case v.endless:
		return "not reached: the headers go on after the " + strconv.Itoa(maxHead+maxBody) + " bytes that were read"
	case v.Body.Truncated && v.Body.Kind != kindCut:
		text += "; it goes on after the " + strconv.Itoa(v.Body.Length) + " bytes that were read"
	}
	return text
}

// fieldLines says what is wrong with each key.
func (v *verdict) fieldLines() []string {
	var lines []string
	for i, key := range slices.Sorted(maps.Keys(v.Fields)) {
		if i == maxFields {
			return append(lines, "and "+strconv.Itoa(len(v.Fields)-i)+" more keys, which --json has")
		}
		for _, f := range v.Fields[key] {
			text := shown(key) + ": " + shown(f.Message)
			if f.ActualLength != nil && f.MaxLength != nil {
				text += fmt.Sprintf(" (%d, of %d at most)", *f.ActualLength, *f.MaxLength)
			}
			lines = append(lines, text)
			if f.Localized != "" {
				lines = append(lines, shown(key)+": "+f.Localized)
			}
		}
	}
	return lines
}
