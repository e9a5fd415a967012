package reference_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// everything is all that the package returns.
type everything struct {
	codes     []reference.Entry
	endpoints []reference.Endpoint
	rules     []reference.Rule
	responses []reference.Uncoded
	limits    reference.RateLimits
	announced []reference.Announcement
}

func readEverything() everything {
	return everything{
		slices.Collect(reference.Codes()), slices.Collect(reference.Endpoints()), slices.Collect(reference.Rules()),
		slices.Collect(reference.UncodedResponses()), reference.Limits(),
		slices.Collect(reference.Announced()),
	}
}

// Whatever a caller does to what it was given, the next one finds all as it
// was.
func TestNobodyChangesTheTable(t *testing.T) {
	before, mine := readEverything(), readEverything()
	for i := range mine.codes {
		clear(mine.codes[i].Notes)
		clear(mine.codes[i].Details)
		clear(mine.codes[i].Variants)
	}
	for i := range mine.endpoints {
		clear(mine.endpoints[i].Answers)
	}
	clear(mine.rules)
	for i := range mine.responses {
		clear(mine.responses[i].Statuses)
		clear(mine.responses[i].Examples)
	}
	for i := range mine.limits.Limits {
		clear(mine.limits.Limits[i].Examples)
	}
	clear(mine.limits.Limits)
	for i := range mine.announced {
		clear(mine.announced[i].Codes)
		clear(mine.announced[i].Endpoints)
		clear(mine.announced[i].Notes)
	}
	clear(mine.limits.Counting)
	clear(mine.limits.Headers)
	clear(mine.limits.Quirk)
	e, _ := reference.Of(500)
	clear(e.Variants)
	clear(e.Details)
	for sender := range reference.Senders(20002_404) {
		clear(sender.Answers)
	}

	require.NotEqual(t, before, mine)
	require.Equal(t, before, readEverything())
}

// The race detector looks on, and whoever asks first has the files parsed.
func TestConcurrentUse(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { readEverything() })
	}
	all.Wait()
	require.NotEmpty(t, readEverything().codes)
}

func TestIteratorsStopWhenAsked(t *testing.T) {
	for e := range reference.Codes() {
		require.Equal(t, reference.Code(400), e.Code)
		break
	}
	for e := range reference.Endpoints() {
		require.Equal(t, "GET /systems/{s}", e.String())
		break
	}
	for e := range reference.Senders(20002_404) {
		require.Equal(t, "GET /members/{m}", e.String())
		break
	}
	for u := range reference.UncodedResponses() {
		require.Equal(t, reference.API, u.Origin)
		break
	}
}
