package locale

import (
	"time"

	"github.com/pkerr/pkerr"
)

// RetryAfter returns a sentence that tells a person how long to wait: «Try again in 3 seconds.» The wait is in whole
// seconds under a minute, in minutes under an hour, else in hours. It is rounded up, so that nobody comes back too early;
// what is not positive counts as one second.
//
// For a d that the API said, as [pkerr.RetryAfter] returns it, [Localizer.Message] has the sentence already.
func (l *Localizer) RetryAfter(d time.Duration) string {
	n, unit := ceil(d, time.Second), "seconds"
	switch {
	case d > 59*time.Minute:
		n, unit = ceil(d, time.Hour), "hours"
	case d > 59*time.Second:
		n, unit = ceil(d, time.Minute), "minutes"
	}
	text, c := l.start().counted(textID{waitTexts, unit}, n)
	return fill(text, "count", c.number(n))
}

// wait returns the sentence that says how long err wants the reader to wait.
func (l *Localizer) wait(err error) string {
	if d, said := pkerr.RetryAfter(err); said {
		return l.RetryAfter(d)
	}
	return l.start().text(textID{waitTexts, "soon"})
}

// ceil returns how many units d has, rounded up, and at least one.
func ceil(d, unit time.Duration) int {
	n := d / unit
	if d%unit > 0 {
		n++
	}
	return int(max(n, 1))
}
