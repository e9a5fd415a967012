package main

import (
	"slices"

	"github.com/pkerr/pkerr/internal/reference"
)

// registryVersion is the version of docs/errors.json. By semantic versioning,
// the major version rises if a key or a code is removed or changes its meaning,
// the minor one if one is added, and the patch version if a text changes.
const registryVersion = "1.0.0"

// registry is docs/errors.json: the table, for other languages and for tools.
// All keys are always present, and null stands for an unknown or missing value.
// The comments on the fields, and the tags named pattern, are for its schema.
type registry struct {
	Schema string `json:"$schema"`

	// The version of this document, by semantic versioning. Ignore keys that
	// you do not know.
	Version string `json:"version" pattern:"^\\d+\\.\\d+\\.\\d+$"`

	// The version of the API's source that the facts are from.
	Source string `json:"source"`

	// The codes: first the plain ones by status, then the others by number.
	Codes []registryCode `json:"codes"`

	// What a caller can do about an error.
	Actions []registryAction `json:"actions"`

	// The endpoints, and the errors that each sends.
	Endpoints []registryEndpoint `json:"endpoints"`

	// The errors that are sent besides, whatever the endpoint does.
	Rules []registryRule `json:"rules"`

	// The responses that have no code, or a code of 0 in an unusual body.
	Uncoded []registryUncoded `json:"responses_without_code"`

	// What is known about the rate limits.
	Limits registryLimits `json:"rate_limits"`

	// Parts of the API's source that are not released, and may change.
	Announced []registryAnnounce `json:"announced"`
}

type registryCode struct {
	// The identity of an error: its number and its HTTP status. The number
	// alone is 0 for many.
	Code string `json:"code" pattern:"^(0|[1-9]\\d*)/[1-9]\\d\\d$"`

	// The number in the body.
	Number int64 `json:"number"`

	// The HTTP status.
	Status int `json:"status"`

	// The name, which is also that of the constant of the Go package.
	Name string `json:"name"`

	// The part of the table that the code belongs to.
	Group string `json:"group"`

	// The message that the API sends. What stands in braces is replaced by what
	// the caller sent.
	Message string `json:"message"`

	// The more general code that this one refines.
	Refines *string `json:"refines" pattern:"^\\d+/\\d+$"`

	// The meaning that the API's own page gives the code; null if the page does
	// not list it.
	Page *string `json:"page"`

	// What the code means, in one short sentence.
	Meaning string `json:"meaning"`

	// When the API sends it, or why it does not.
	Cause *string `json:"cause"`

	// What a caller should do.
	Action reference.Action `json:"action"`

	// What a caller should do, at length.
	Advice string `json:"advice"`

	// What else to know.
	Notes []string `json:"notes"`

	// Other messages that the API sends with this code. An ellipsis stands for
	// text that differs.
	Other []string `json:"other_messages"`

	// Whether the API sends it.
	Sent registrySent `json:"sent"`

	// The line of the API's source, or the proxy.
	Source string `json:"source"`
}

type registrySent struct {
	// Whether a caller of today's API has to expect it.
	Today bool `json:"today"`

	// The same in words.
	How string `json:"how"`

	// The day since which it is sent.
	Since *string `json:"since" pattern:"^\\d{4}-\\d\\d-\\d\\d$"`

	// The day until which it was sent.
	Until *string `json:"until" pattern:"^\\d{4}-\\d\\d-\\d\\d$"`
}

type registryAction struct {
	// The action.
	Action reference.Action `json:"action"`

	// The action in a few words.
	Words string `json:"words"`
}

type registryEndpoint struct {
	// GET, POST, PATCH or DELETE.
	Method string `json:"method"`

	// The path after the version. {s} is a system, {m} a member, {w} a switch,
	// {id} a message, {g} a group or, after guilds, a Discord server.
	Path string `json:"path"`

	// The errors that it sends, besides those of the rules.
	Errors []registryAnswer `json:"errors"`

	// What else there is to know about it.
	Note *string `json:"note"`
}

type registryAnswer struct {
	// The code.
	Code string `json:"code" pattern:"^\\d+/\\d+$"`

	// Whether it is sent only if the system in the path is @me.
	OnlyMe bool `json:"only_me"`
}

type registryRule struct {
	// The code.
	Code string `json:"code" pattern:"^\\d+/\\d+$"`

	// Which requests the rule is about.
	Where reference.Where `json:"where"`

	// When it is sent.
	When string `json:"when"`
}

type registryUncoded struct {
	// Who sends it.
	Origin reference.Origin `json:"origin"`

	// The statuses that it comes with. If the list is empty, the status can be
	// any.
	Statuses []int `json:"statuses"`

	// The body.
	Body string `json:"body"`

	// When it is sent.
	When string `json:"when"`

	// What a caller should do.
	Advice string `json:"advice"`

	// The last day on which it was sent.
	Until *string `json:"until" pattern:"^\\d{4}-\\d\\d-\\d\\d$"`

	// Names of rows of testdata/corpus.jsonl.
	Examples []string `json:"examples"`
}

type registryLimits struct {
	// The limits.
	Limits []registryLimit `json:"limits"`

	// Which requests count towards which limit.
	Counting []string `json:"counting"`

	// What the headers say.
	Headers []string `json:"headers"`

	// Why retry_after is not enough.
	Quirk []string `json:"quirk"`
}

type registryLimit struct {
	// The name of the limit in the body of a 429.
	Scope string `json:"scope"`

	// Its name in the header X-RateLimit-Scope for requests about the caller's
	// own system, if that differs.
	Own *string `json:"own_scope"`

	// The number of requests that are allowed per second.
	Rate int `json:"rate"`

	// The number of requests that are served at once.
	Burst int `json:"burst"`

	// The time for one request in milliseconds, rounded up. Wait this much
	// longer than retry_after.
	Interval int64 `json:"interval_ms"`

	// The requests that count towards it.
	Requests string `json:"requests"`
}

type registryAnnounce struct {
	// The branch.
	Name string `json:"name"`

	// The codes that it adds.
	Codes []string `json:"codes"`

	// The endpoints that it adds.
	Endpoints []string `json:"endpoints"`

	// What else is known about it.
	Notes []string `json:"notes"`
}

// renderRegistry returns the file docs/errors.json.
func renderRegistry() ([]byte, error) {
	rates := reference.Limits()
	r := registry{
		Schema:  "errors.schema.json",
		Version: registryVersion,
		Source:  reference.Source(),
		Codes:   registryCodes(),
		Limits:  limitsOf(&rates),
	}
	for a := range reference.Actions() {
		r.Actions = append(r.Actions, registryAction{a, a.Words()})
	}
	for e := range reference.Endpoints() {
		row := registryEndpoint{Method: e.Method, Path: e.Path, Note: optional(e.Note)}
		for _, a := range e.Answers {
			row.Errors = append(row.Errors, registryAnswer{a.Code.String(), a.OnlyMe})
		}
		r.Endpoints = append(r.Endpoints, row)
	}
	for rule := range reference.Rules() {
		r.Rules = append(r.Rules, registryRule{rule.Code.String(), rule.Where, plain(rule.When)})
	}
	for u := range reference.UncodedResponses() {
		r.Uncoded = append(r.Uncoded, registryUncoded{
			u.Origin, orEmpty(u.Statuses), plain(u.Body), plain(u.When),
			plain(u.Advice), optional(u.Until), orEmpty(u.Examples),
		})
	}
	for a := range reference.Announced() {
		codes := []string{}
		for _, c := range a.Codes {
			codes = append(codes, c.String())
		}
		r.Announced = append(r.Announced, registryAnnounce{
			plain(a.Name), codes, orEmpty(a.Endpoints), plains(a.Notes),
		})
	}
	return encode(r, "  ")
}

func registryCodes() (all []registryCode) {
	byName := map[string]reference.Code{}
	for g := range reference.Groups() {
		for i := range g.Codes {
			e := &g.Codes[i]
			byName[e.Name] = e.Code
			row := registryCode{
				Code:    e.Code.String(),
				Number:  e.Code.Number(),
				Status:  e.Code.Status(),
				Name:    e.Name,
				Group:   g.Title,
				Message: e.Message,
				Page:    optional(e.Page),
				Meaning: plain(e.Meaning),
				Cause:   optional(e.Cause),
				Action:  e.Action,
				Advice:  plain(e.Advice),
				Notes:   plains(slices.Concat(e.Notes, e.Details)),
				Other:   orEmpty(e.Variants),
				Sent: registrySent{
					e.Sent.Today, e.Sent.How, optional(e.Sent.Since), optional(e.Sent.Until),
				},
				Source: e.FullSource(),
			}
			if e.Base != "" {
				row.Refines = new(byName[e.Base].String())
			}
			all = append(all, row)
		}
	}
	return all
}

func limitsOf(rates *reference.RateLimits) registryLimits {
	all := registryLimits{
		Counting: plains(rates.Counting),
		Headers:  plains(rates.Headers),
		Quirk:    plains(rates.Quirk),
	}
	for _, l := range rates.Limits {
		all.Limits = append(all.Limits, registryLimit{
			Scope:    l.Scope,
			Own:      optional(l.Own),
			Rate:     l.Rate,
			Burst:    l.Burst(),
			Interval: l.Interval().Milliseconds(),
			Requests: plain(l.Requests),
		})
	}
	return all
}

func plain(t reference.Text) string { return t.String() }

func plains(texts []reference.Text) []string {
	all := []string{}
	for _, t := range texts {
		all = append(all, plain(t))
	}
	return all
}

// optional returns nil for an empty text.
func optional[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	return new(plain(reference.Text(text)))
}

// orEmpty returns an empty list for nil, which would be null in JSON.
func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
