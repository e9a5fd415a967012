package main

import (
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
	"github.com/pkerr/pkerr/locale"
)

// A code is found in every spelling.
func TestResolve_EveryCode(t *testing.T) {
	for c := range pkerr.Codes() {
		anchor := reference.Code(c).Anchor()
		spelled := map[string]string{
			"name": c.Name(), "upper": strings.ToUpper(c.Name()), "package": "pkerr." + c.Name(), "Package": "Pkerr." + strings.ToLower(c.Name()),
			"pair": c.String(), "go": strconv.FormatInt(c.Number(), 10) + "_" + strconv.Itoa(c.Status()), "anchor": anchor, "spaces": " " + anchor + " ",
			"message": c.Message(), "shouted": strings.ToUpper(c.Message()), "no stop": strings.TrimSuffix(c.Message(), "."), "quoted": "“" + c.Message() + "”",
			"spaced": strings.ReplaceAll(c.Message(), " ", " \n "), "log": "level=ERROR GET /v2/members/abcde: " + c.Error(), "printed": c.Error(),
			"name in a log": "got pkerr." + c.Name() + " from the API",
		}
		if c.Number() > 0 {
			body := `{"message":"` + c.Message() + `","code":` + anchor + `}`
			maps.Copy(spelled, map[string]string{
				"json": body, "escaped": strconv.Quote(body), "logfmt": "status=" + strconv.Itoa(c.Status()) + " code=" + anchor, "words": "failed with code " + anchor + " again",
				"alone": "the API said " + anchor + " again", "pair in a log": "err.code=" + c.String() + " err.status=" + strconv.Itoa(c.Status()),
			})
		}
		for how, text := range spelled {
			m, err := resolve(text)
			require.Empty(t, err, "%v as %s: %q", c, how, text)
			require.Equal(t, c, m.code, "%s: %q", how, text)
			require.Empty(t, m.ref, "%s: %q", how, text)
		}

		// Every prefix of the name means this code, or is ambiguous.
		for end := 1; end < len(c.Name()); end++ {
			start := c.Name()[:end]
			m, err := resolve(start)
			if err != "" {
				require.Contains(t, err, "is the start of several names or messages", start)
				require.Contains(t, err, c.String(), start)
				continue
			}
			require.True(t, m.code == c || strings.EqualFold(m.code.Name(), start) || letters(m.code.Message()) == letters(start), "%q is %v", start, m.code)
		}

		before, rest, names := strings.Cut(c.Message(), "{")
		_, after, _ := strings.Cut(rest, "}")
		for _, ref := range []string{"abcde", "", "ÄÖ{x}", "it's 'quoted'", "not found.", "\u202e"} {
			if !names {
				break
			}
			m, err := resolve(strings.ToUpper(before) + ref + after)
			require.Empty(t, err)
			require.Equal(t, match{code: c, ref: ref}, m)
		}
	}
	for e := range reference.Codes() {
		for _, v := range e.Variants {
			m, err := resolve(strings.Replace(v, "…", "the image is too large", 1))
			require.Empty(t, err, v)
			require.Equal(t, e.Code.Number(), m.code.Number(), v)
		}
	}
}

// A message of package locale means its code, in every language.
func TestResolve_EveryLanguage(t *testing.T) {
	found, ambiguous := 0, 0
	for i, tag := range locale.Languages() {
		l := locale.New(tag)
		for c := range pkerr.Codes() {
			var err error = c
			if strings.Contains(c.Message(), "{") {
				err = c.WithRef("abcde")
			} else if c == pkerr.TooManyRequests {
				err = c.WithRetryAfter(3 * time.Second)
			}
			if c != c.Class() && l.Message(err) == l.Message(c.Class()) ||
				c.Base() != 0 && l.Message(err) == l.Message(c.Base()) {
				continue // it has no text of its own
			}
			runes := []rune(l.Message(err))
			text := []string{
				"bot: " + string(runes), strings.ToUpper(string(runes)), string(runes[:len(runes)*2/3]),
				strings.TrimRight(string(runes), ".!。"), strings.ReplaceAll(string(runes), " ", "\n"),
			}[(i+c.Status())%5]
			m, problem := resolve(text)
			if problem != "" {
				require.Contains(t, problem, c.String(), "%v: %q", tag, text)
				ambiguous++
				continue
			}
			require.True(t, m.code == c || l.Message(m.code) == l.Message(err), "%v: %q is %v, not %v", tag, text, m.code, c)
			found++
		}
	}
	require.Greater(t, found, 20*ambiguous)
}

func TestResolve(t *testing.T) {
	for text, want := range map[string]match{
		"20991/404":                          {code: pkerr.MakeCode(20991, 404)},
		"20003/410":                          {code: pkerr.MakeCode(20003, 410)},
		"0/418":                              {code: 418},
		"418":                                {code: 418},
		"20003404":                           {code: pkerr.MemberNotFoundWithRef},
		"20991404":                           {code: pkerr.MakeCode(20991, 404)},
		"“Member 'abcde' not found.”":        {code: pkerr.MemberNotFoundWithRef, ref: "abcde"},
		"“Group 'a' not found”":              {code: pkerr.GroupNotFoundWithRef, ref: "a"},
		"took 300: GET /x: 404: gone":        {code: pkerr.NotFound},
		"x: 599: y":                          {code: 599},
		"0404/404":                           {code: pkerr.MakeCode(404, 404)},
		"member_not_found":                   {code: pkerr.MemberNotFound},
		"500: internal server error":         {code: pkerr.InternalServerError},
		"Unsupported API version":            {code: pkerr.Gone},
		"Field name is too long.":            {code: pkerr.ModelParse},
		"Key 'timestamp' is required.":       {code: pkerr.ModelParse},
		"Group name can not be set to null.": {code: pkerr.ModelParse},
		"Member ‘abcde’ not found":           {code: pkerr.MemberNotFoundWithRef, ref: "abcde"},
		"Group 'a' is not":                   {code: pkerr.NotOwnGroupWithRef},
		"Switch not found,":                  {code: pkerr.SwitchNotFound},
		"Switch not found, sw":               {code: pkerr.SwitchNotFoundPublic},
		"GET /v2/x: 20991/404: New.":         {code: pkerr.MakeCode(20991, 404)},
		"PATCH /x: 20003/404: Member 'ab' not found.":                    {code: pkerr.MemberNotFoundWithRef, ref: "ab"},
		"GET /v2/systems/@me: 401: Missing or invalid Authorization":     {code: pkerr.Unauthorized},
		"error: Error parsing JSON model":                                {code: pkerr.ModelParse},
		`time=12:00 msg="GET /v2/members/x: 20002/404: something else."`: {code: pkerr.MemberNotFound},

		"time=2026-01-01T00:00:00Z level=ERROR msg=lookup err.status=404 err.method=GET err.path=/v2/members/abcde err.error.code=20002/404 err.error.message=\"Member not found.\"": {code: pkerr.MemberNotFound},
		`{"time":"2026-01-01T00:00:00Z","level":"ERROR","msg":"x","err":{"text":"x: 20003/404: Member 'ab' not found.","code":"20003/404","message":"Member 'ab' not found."}}`:      {code: pkerr.MemberNotFoundWithRef, ref: "ab"},
		`{"msg":"x","body":"{\"message\":\"Group 'a b' not found.\",\"code\":20005}"}`:                                                                                               {code: pkerr.GroupNotFoundWithRef, ref: "a b"},
		`err.text="429: too many requests (scope generic_get)" err.code=0/429 err.retry_after=19ms`:                                                                                  {code: pkerr.TooManyRequests},
		"Your access to the API is blocked":                                                      {code: pkerr.Forbidden},
		"Your access to the API is blocked - please contact us in the support server":            {code: pkerr.Forbidden},
		"they say: your access to the API is blocked - please contact us in the support server!": {code: pkerr.Forbidden},
		"Missing or invalid Authorization header":                                                {code: pkerr.Unauthorized},
		"Internal server error, try again later":                                                 {code: pkerr.InternalServerError},
		"Error parsing JSON model (check `errors` key for details)":                              {code: pkerr.ModelParse},
		"PluralKit API error 30001 on port 20481":                                                {code: pkerr.UnauthorizedMemberList},
		"statusMessage: 'Not Found', statusCode: 403":                                            {code: pkerr.Forbidden},
		"Dieses Mitglied wurde nicht gef":                                                        {code: pkerr.MemberNotFound},
		"20003/":                                                                                 {code: pkerr.MemberNotFoundWithRef},
		"20003/404/1":                                                                            {code: pkerr.MemberNotFoundWithRef},
		"status=404 code=20991":                                                                  {code: pkerr.MakeCode(20991, 404)},
		"upstream returned status 503":                                                           {code: 503},
		"2026/01/02 12:00:00 127.0.0.1:20481 error 40004":                                        {code: pkerr.SameSwitchMembers},
		`127.0.0.1 "GET /v2/members/zzzzz HTTP/1.1" 404 44`:                                      {code: pkerr.NotFound},
		"https://api.pluralkit.me/v2/members/abcde failed: 20002/404: Member not found.":         {code: pkerr.MemberNotFound},
	} {
		m, err := resolve(text)
		require.Empty(t, err, text)
		require.Equal(t, want, m, text)
	}
}

func TestResolve_Nothing(t *testing.T) {
	for text, want := range map[string][]pkerr.Code{
		"":                        nil,
		" ":                       nil,
		".":                       nil,
		"pkerr.":                  nil,
		"zzzzzz":                  nil,
		"099":                     nil,
		"-1":                      nil,
		"1/2":                     nil,
		"/404":                    nil,
		"00003404":                nil,
		"20261123":                nil,
		"2000340a":                nil,
		"20003099":                nil,
		"took 300: ok: bye":       nil,
		"port 8080: 200: ok":      nil,
		"x: 399: y":               nil,
		"x: 600: y":               nil,
		"2026: x: y":              nil,
		"99999999999999999999":    nil,
		"9223372036854775807/404": nil,
		"3007":                    {pkerr.NotOwnGroup},
		"MemberNotFonud":          {pkerr.MemberNotFound},
		"pkerr.Unimplmented":      {pkerr.Unimplemented},
		"Mesage not found":        {pkerr.MessageNotFound},
		"timestamp":               {pkerr.SameSwitchTimestamp},
		"identical to current":    {pkerr.SameSwitchMembers},
		"https://api.pluralkit.me/v2/members/abcde": nil,
		"listening on 127.0.0.1:20481":              nil,
		"listening on 127.0.0.1:20002":              nil,
		"level=info status=200 bytes=20002":         nil,
		`1.2.3.4 "GET /v2/x HTTP/2.0" 200 20002`:    nil,
	} {
		_, err := resolve(text)
		problem, _ := parted(t, err)
		require.Equal(t, quote(text)+" is not the number, name, status or message of a code", problem)
		var got []pkerr.Code
		for c := range pkerr.Codes() {
			if strings.Contains(string(err), "\n  "+c.String()+" ") {
				got = append(got, c)
			}
		}
		require.Equal(t, want, got, "%q: %s", text, err)
	}

	// A long text does not take long.
	_, err := resolve(strings.Repeat("Member 'x: ", 1<<13))
	require.NotEmpty(t, err)
}

func TestResolveAll(t *testing.T) {
	all, missing := resolveAll([]string{"Member", "'ab", "cd'", "not", "found."})
	require.Empty(t, missing)
	require.Equal(t, []match{{pkerr.MemberNotFoundWithRef, "ab cd"}}, all)

	all, missing = resolveAll([]string{"Message", "not found."})
	require.Empty(t, missing)
	require.Equal(t, []match{{code: pkerr.MessageNotFound}}, all)

	all, missing = resolveAll([]string{"20002", "nothing", "404"})
	require.Len(t, missing, 1)
	require.Equal(t, []match{{code: pkerr.MemberNotFound}, {code: pkerr.NotFound}}, all)

	all, missing = resolveAll(strings.Fields("level=ERROR err.code=20002/404 err.status=404 took 3ms"))
	require.Empty(t, missing, "a line of a log without quotes")
	require.Equal(t, []match{{code: pkerr.MemberNotFound}}, all)

	all, missing = resolveAll([]string{"0", "20002"})
	require.Empty(t, missing)
	require.Len(t, all, 11)

	for _, zero := range []string{"0", "00", " 0 ", "0\n"} {
		all, missing = resolveAll([]string{zero})
		require.Empty(t, missing)
		require.Len(t, all, 10)
		for _, m := range all {
			require.Zero(t, m.code.Number())
		}
	}
}

// The error for a URL names the command that lists the answers there.
func TestExplain_URL(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.pluralkit.me/v2/members/abcde?x=y": `pkerr list --endpoint "/members/abcde"`,
		"GET https://api.pluralkit.me/v2/systems/@me":   `pkerr list --endpoint "GET /systems/@me"`,
		"curl -X PATCH https://api.pluralkit.me/v2/x":   `pkerr list --endpoint "PATCH /x"`,
	} {
		for _, args := range [][]string{{"explain", text}, {text}} {
			_, stderr, status := runIn(t, nil, args...)
			require.Equal(t, exitUsage, status)
			require.Contains(t, stderr, "\n  "+want+"\n")
		}
	}
}

func TestFactsOf(t *testing.T) {
	for c := range pkerr.Codes() {
		f := factsOf(match{code: c}, audience{forGo: true})
		e, _ := reference.Of(reference.Code(c))
		require.True(t, f.Known)
		require.Equal(t, []any{c.String(), c.Number(), c.Status(), c.Name(), c.Message()}, []any{f.Code, f.Number, f.Status, f.Name, f.Message})
		require.Equal(t, []string{e.Meaning.String(), e.Cause.String(), string(e.Action), e.Advice.String(), e.FullSource()},
			[]string{f.Meaning, f.Cause, f.Action, f.Advice, f.Source})
		require.Equal(t, e.Documented(), f.Sent.Documented)
		require.Equal(t, e.Sent.Today, f.Sent.Today)
		require.Equal(t, "https://github.com/pkerr/pkerr/blob/main/docs/errors.md#"+reference.Code(c).Anchor(), f.Link)
		require.Nil(t, f.Localized)
		var senders []sender
		for s, a := range reference.Senders(reference.Code(c)) {
			senders = append(senders, sender{s.String(), a.OnlyMe})
		}
		require.ElementsMatch(t, senders, f.Endpoints)
	}
}

func TestFactsOf_Unknown(t *testing.T) {
	for c, want := range map[pkerr.Code]string{
		501:                        "The API's own code with this status is 50001 Unimplemented; see pkerr list --status 501.",
		pkerr.MakeCode(50002, 501): "The API's own code with this status is 50001 Unimplemented; see pkerr list --status 501.",
		418:                        "Go by the status and the message. The same request will most likely fail again.",
		599:                        "Repeat a read after a while. A write may have happened, so check before you repeat it.",
		600:                        "Check the URL: this answer is not from the API.",
		399:                        "Check the URL: this answer is not from the API.",
	} {
		require.Equal(t, want, factsOf(match{code: c}, audience{}).Advice, "%v", c)
	}
	for c, want := range map[pkerr.Code][]string{
		501:                        {"The status alone is not a code. It counts as InternalServerError."},
		418:                        {"The status has no code of its own. It counts as BadRequest."},
		600:                        {"The status is not that of an error."},
		pkerr.MakeCode(20991, 404): {"This version of pkerr has no such code. The API may be newer.", "By its status it counts as NotFound."},
	} {
		require.Equal(t, want, factsOf(match{code: c}, audience{}).Notes, "%v", c)
	}
	f := factsOf(match{code: pkerr.MakeCode(20003, 410)}, audience{})
	require.Equal(t, "This is the number of MemberNotFoundWithRef, which has the status 404. What follows is about MemberNotFoundWithRef.", f.Notes[0])
	require.Equal(t, "By its status it counts as Gone.", f.Notes[1])
}

// The matches are exactly what errors.Is finds.
func TestMatches(t *testing.T) {
	codes := []pkerr.Code{pkerr.MakeCode(20003, 410), pkerr.MakeCode(20991, 404), 418, 503, 200, 600}
	for c := range pkerr.Codes() {
		codes = append(codes, c)
	}
	for _, c := range codes {
		got := map[string]bool{}
		for _, m := range matches(c) {
			got[m.Code] = true
		}
		for other := range pkerr.Codes() {
			require.Equal(t, other != c && errors.Is(c, other), got[other.String()], "%v and %v", c, other)
		}
	}
}

// Names of Go functions are shown only with --go.
func TestPlain(t *testing.T) {
	for text, want := range map[reference.Text]string{
		"Check the ID.": "Check the ID.",
		"[Ref] returns the ID. Correct it, or drop it.":          "Correct it, or drop it.",
		"It waits ([RetryAfter]), and ends.":                     "It waits, and ends.",
		"A length counts, as [Length] does: twice.":              "A length counts: twice.",
		"`errors` says which; [FieldErrors] returns them. Look.": "`errors` says which. Look.",
		"Wait as RetryDelay in package client says. Then go on.": "Then go on.",
		"It is a [GroupNotFound].":                               "It is a GroupNotFound.",
		"Use [errors.Is].":                                       "",
	} {
		require.Equal(t, want, plain(text, false), text)
		require.Equal(t, text.String(), plain(text, true), text)
	}
	for c := range pkerr.Codes() {
		out, _, _ := runIn(t, nil, "explain", c.String())
		for _, name := range []string{"RetryDelay", "errors.Is", "FieldErrors", "package", "Ref returns", "Matches"} {
			require.NotContains(t, out, name, "%v", c)
		}
		require.Contains(t, out, "\nWhat to do\t", "%v", c)
	}
	out, _, _ := runIn(t, nil, "explain", "429", "20003", "--go")
	require.Contains(t, out, "RetryDelay")
	require.Contains(t, out, "Ref returns the ID")
	require.Contains(t, out, "Matches\tMemberNotFound (20002/404), NotFound (0/404)\n")
}

// The likely status of a number goes by its class, and is right for all codes.
func TestStatusOfTomorrow(t *testing.T) {
	const hint = "the API may be newer; to go by the likely status: pkerr explain "
	for text, want := range map[string]string{
		"29999": "29999/404", "39999": "39999/403", "49999": "49999/400", "20999": "20999/404",
		"10001": "", "50002": "", "99999": "", "00003": "", "2001": "", "209910": "", "2001x": "", "Memberx": "", "": "",
	} {
		_, missing := resolveAll([]string{text})
		require.Len(t, missing, 1, text)
		if want == "" {
			require.NotContains(t, missing[0], "newer", text)
			continue
		}
		require.True(t, strings.HasSuffix(string(missing[0]), "\n  "+hint+want), missing[0])
		_, err := resolve(want)
		require.Empty(t, err)
	}
	for c := range pkerr.Codes() {
		if status := likelyStatus(reference.Code(c).Anchor()); status != "" {
			require.Equal(t, strconv.Itoa(c.Status()), status, "%v", c)
		}
	}
}

// In a long message, up to five letters may be wrong.
func TestNear_LongMessages(t *testing.T) {
	message := pkerr.UnauthorizedFrontHistory.Message()
	require.Equal(t, []pkerr.Code{pkerr.UnauthorizedFrontHistory}, near("xxxxx"+message[5:]))
	require.Empty(t, near("xxxxxx"+message[6:]))
}
