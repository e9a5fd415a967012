package locale

import (
	"time"

	"github.com/pkerr/pkerr"
)

// RetryAfter returns a sentence that says how long to wait, such as "Try again
// in 3 seconds." It counts whole seconds below a minute, minutes below an hour,
// and hours above that. It rounds up, so that users do not retry too early; a
// zero or negative d counts as one second.
//
// [Localizer.Message] includes this sentence for an error that says how long to
// wait.
func (l *Localizer) RetryAfter(d time.Duration) string { return l.orEnglish().retryAfter(d) }

func (c *catalog) retryAfter(d time.Duration) string {
	n, unit := ceil(d, time.Second), "seconds"
	switch {
	case d > 59*time.Minute:
		n, unit = ceil(d, time.Hour), "hours"
	case d > 59*time.Second:
		n, unit = ceil(d, time.Minute), "minutes"
	}
	text, from := c.form(textID{waitSection, unit}, n)
	return fill(text, "count", from.number(n))
}

// wait returns the sentence that says how long err asks to wait.
func (c *catalog) wait(err error) string {
	if d, ok := pkerr.RetryAfter(err); ok {
		return c.retryAfter(d)
	}
	return c.textOrEnglish(textID{waitSection, "soon"})
}

// ceil returns the number of units in d, rounded up, and at least 1.
func ceil(d, unit time.Duration) int {
	n := d / unit
	if d%unit > 0 {
		n++
	}
	return int(max(n, 1))
}
