package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	if v.RetryAfter != nil {
		p.row("Retry after", v.retryAfter.String()+", as the response says")
	}
	if v.RetryDelay != nil {
		p.row("Really wait", v.retryDelay.String()+", as client.RetryDelay says")
	}
	if l := v.RateLimit; l != nil {
		text := fmt.Sprintf("%d a second, %d left", l.Limit, l.Remaining)
		if l.Scope != "" {
			text += ", scope " + shown(l.Scope)
		}
		p.row("Rate limit", text)
	}
	p.row("Request ID", shown(v.RequestID))
	p.row("Body", v.bodyText())
	p.row("Meaning", v.Meaning)
	p.row("Note", v.Notes...)
	if v.Localized != nil {
		p.row("In "+v.Localized.Language, v.Localized.Text)
	}
	p.row("What to do", whatToDo(v.Action, v.Advice))
	names := make([]string, 0, len(v.Matches))
	for _, m := range v.Matches {
		names = append(names, m.Name)
	}
	p.row("Matches", strings.Join(names, ", "))
	p.row("More", v.Link)
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
	case v.Body.Truncated:
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
