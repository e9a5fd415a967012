package main

import (
	"slices"

	"github.com/pkerr/pkerr/internal/reference"
)

// registryVersion is the version of docs/errors.json. By the rules of semantic
// versioning, the major version rises if a key or a code goes or changes its
// meaning, the minor one if a key or a code is added, and the last one if a text
// changes.
const registryVersion = "1.0.0"

// registry is docs/errors.json: the table, for other languages and for tools. All
// keys are always there, and null stands for what is not known or does not
// exist. The tags named doc and pattern are for its schema.
type registry struct {
	Schema    string             `json:"$schema"`
	Version   string             `json:"version" pattern:"^\\d+\\.\\d+\\.\\d+$" doc:"The version of this document, by semantic versioning. Ignore keys that you do not know."`
	Source    string             `json:"source" doc:"The version of the API's source that the facts are from."`
	Codes     []registryCode     `json:"codes" doc:"The codes: first the plain ones by status, then the others by number."`
	Actions   []registryAction   `json:"actions" doc:"What a caller can do about an error."`
	Endpoints []registryEndpoint `json:"endpoints" doc:"The endpoints, and the errors that each sends."`
	Rules     []registryRule     `json:"rules" doc:"The errors that are sent besides, whatever the endpoint does."`
	Uncoded   []registryUncoded  `json:"responses_without_code" doc:"The responses that have no code, or a code of 0 in an unusual body."`
	Limits    registryLimits     `json:"rate_limits" doc:"What is known about the rate limits."`
	Announced []registryAnnounce `json:"announced" doc:"Parts of the API's source that are not released, and may change."`
}

type registryCode struct {
	Code    string           `json:"code" pattern:"^(0|[1-9]\\d*)/[1-9]\\d\\d$" doc:"The identity of an error: its number and its HTTP status. The number alone is 0 for many."`
	Number  int64            `json:"number" doc:"The number in the body."`
	Status  int              `json:"status" doc:"The HTTP status."`
	Name    string           `json:"name" doc:"The name, which is also that of the constant of the Go package."`
	Group   string           `json:"group" doc:"The part of the table that the code belongs to."`
	Message string           `json:"message" doc:"The message that the API sends. What stands in braces is replaced by what the caller sent."`
	Refines *string          `json:"refines" pattern:"^\\d+/\\d+$" doc:"The more general code that this one refines."`
	Page    *string          `json:"page" doc:"The meaning that the API's own page gives the code; null if the page does not list it."`
	Meaning string           `json:"meaning" doc:"What the code means, in one short sentence."`
	Cause   *string          `json:"cause" doc:"When the API sends it, or why it does not."`
	Action  reference.Action `json:"action" doc:"What a caller should do."`
	Advice  string           `json:"advice" doc:"What a caller should do, at length."`
	Notes   []string         `json:"notes" doc:"What else to know."`
	Other   []string         `json:"other_messages" doc:"Other messages that the API sends with this code. An ellipsis stands for text that differs."`
	Sent    registrySent     `json:"sent" doc:"Whether the API sends it."`
	Source  string           `json:"source" doc:"The line of the API's source, or the proxy."`
}

type registrySent struct {
	Today bool    `json:"today" doc:"Whether a caller of today's API has to expect it."`
	How   string  `json:"how" doc:"The same in words."`
	Since *string `json:"since" pattern:"^\\d{4}-\\d\\d-\\d\\d$" doc:"The day since which it is sent."`
	Until *string `json:"until" pattern:"^\\d{4}-\\d\\d-\\d\\d$" doc:"The day until which it was sent."`
}

type registryAction struct {
	Action reference.Action `json:"action" doc:"The action."`
	Words  string           `json:"words" doc:"The action in a few words."`
}

type registryEndpoint struct {
	Method string           `json:"method" doc:"GET, POST, PATCH or DELETE."`
	Path   string           `json:"path" doc:"The path after the version. {s} is a system, {m} a member, {w} a switch, {id} a message, {g} a group or, after guilds, a Discord server."`
	Errors []registryAnswer `json:"errors" doc:"The errors that it sends, besides those of the rules."`
	Note   *string          `json:"note" doc:"What else to know about it."`
}

type registryAnswer struct {
	Code   string `json:"code" pattern:"^\\d+/\\d+$" doc:"The code."`
	OnlyMe bool   `json:"only_me" doc:"Whether it is sent only if the system in the path is @me."`
}

type registryRule struct {
	Code  string          `json:"code" pattern:"^\\d+/\\d+$" doc:"The code."`
	Where reference.Where `json:"where" doc:"Which requests the rule is about."`
	When  string          `json:"when" doc:"When it is sent."`
}

type registryUncoded struct {
	Origin   reference.Origin `json:"origin" doc:"Who sends it."`
	Statuses []int            `json:"statuses" doc:"The statuses that it comes with. If there are none, it can be any."`
	Body     string           `json:"body" doc:"The body."`
	When     string           `json:"when" doc:"When it is sent."`
	Advice   string           `json:"advice" doc:"What a caller should do."`
	Until    *string          `json:"until" pattern:"^\\d{4}-\\d\\d-\\d\\d$" doc:"The last day on which it was sent."`
	Examples []string         `json:"examples" doc:"Names of rows of testdata/corpus.jsonl."`
}

type registryLimits struct {
	Limits   []registryLimit `json:"limits" doc:"The limits."`
	Counting []string        `json:"counting" doc:"Which requests count towards what."`
	Headers  []string        `json:"headers" doc:"What the headers say."`
	Quirk    []string        `json:"quirk" doc:"Why retry_after is not enough."`
}

type registryLimit struct {
	Scope    string  `json:"scope" doc:"The name of the limit in the body of a 429."`
	Own      *string `json:"own_scope" doc:"Its name in the header X-RateLimit-Scope for requests about the caller's own system, if that differs."`
	Rate     int     `json:"rate" doc:"The requests that are allowed in a second."`
	Burst    int     `json:"burst" doc:"The requests that pass at once."`
	Interval int64   `json:"interval_ms" doc:"The time for one request in milliseconds, rounded up. Wait this much longer than retry_after."`
	Requests string  `json:"requests" doc:"The requests that count towards it."`
}

type registryAnnounce struct {
	Name      string   `json:"name" doc:"The branch."`
	Codes     []string `json:"codes" doc:"The codes that it adds."`
	Endpoints []string `json:"endpoints" doc:"The endpoints that it adds."`
	Notes     []string `json:"notes" doc:"What else is known of it."`
}

// renderRegistry returns the file docs/errors.json.
func renderRegistry() ([]byte, error) {
	r := registry{
		Schema:  "errors.schema.json",
		Version: registryVersion,
		Source:  reference.Source(),
		Codes:   registryCodes(),
		Limits:  limitsOf(reference.Limits()),
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
			u.Origin, orEmpty(u.Statuses), plain(u.Body), plain(u.When), plain(u.Advice), optional(u.Until), orEmpty(u.Examples),
		})
	}
	for a := range reference.Announced() {
		codes := []string{}
		for _, c := range a.Codes {
			codes = append(codes, c.String())
		}
		r.Announced = append(r.Announced, registryAnnounce{plain(a.Name), codes, orEmpty(a.Endpoints), plains(a.Notes)})
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
				Sent:    registrySent{e.Sent.Today, e.Sent.How, optional(e.Sent.Since), optional(e.Sent.Until)},
				Source:  e.FullSource(),
			}
			if e.Base != "" {
				row.Refines = new(byName[e.Base].String())
			}
			all = append(all, row)
		}
	}
	return all
}

func limitsOf(rates reference.RateLimits) registryLimits {
	all := registryLimits{Counting: plains(rates.Counting), Headers: plains(rates.Headers), Quirk: plains(rates.Quirk)}
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
