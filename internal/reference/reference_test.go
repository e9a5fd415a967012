package reference_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/internal/reference"
)

// everything is the results of all functions of the package.
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

// A caller that modifies the results does not affect later calls.
func TestFunctions_ReturnCopies(t *testing.T) {
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

// The first call parses the files. The race detector checks the others.
func TestFunctions_ConcurrentUse(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { readEverything() })
	}
	all.Wait()
	require.NotEmpty(t, readEverything().codes)
}

func TestIterators_StopEarly(t *testing.T) {
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
