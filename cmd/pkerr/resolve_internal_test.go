package main

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/internal/reference"
)

// Whichever way a code is written, it is found.
func TestResolveEveryCode(t *testing.T) {
	for c := range pkerr.Codes() {
		spelled := map[string]string{
			"name": c.Name(), "upper": strings.ToUpper(c.Name()), "package": "pkerr." + c.Name(), "Package": "Pkerr." + strings.ToLower(c.Name()),
			"pair": c.String(), "go": strconv.FormatInt(c.Number(), 10) + "_" + strconv.Itoa(c.Status()), "anchor": reference.Code(c).Anchor(), "spaces": " " + reference.Code(c).Anchor() + " ",
			"message": c.Message(), "shouted": strings.ToUpper(c.Message()), "no stop": strings.TrimSuffix(c.Message(), "."), "quoted": "«" + c.Message() + "»",
			"spaced": strings.ReplaceAll(c.Message(), " ", " \n "), "log": "level=ERROR GET /v2/members/abcde: " + c.Error(), "printed": c.Error(),
		}
		for how, text := range spelled {
			f, err := resolve(text)
			require.NoError(t, err, "%v as %s: %q", c, how, text)
			if base := c.Base(); base != 0 && strings.Contains(c.Message(), "{") && (how == "log" || how == "printed") {
				require.Equal(t, c, f.code, "%s: %q", how, text)
				continue
			}
			require.Equal(t, found{code: c}, f, "%s: %q", how, text)
		}

		// Every start of the name either is that of this code alone, or says so.
		for end := 1; end < len(c.Name()); end++ {
			start := c.Name()[:end]
			f, err := resolve(start)
			if err != nil {
				e, ok := errors.AsType[*notFoundError](err)
				require.True(t, ok)
				require.True(t, e.ambiguous, start)
				require.Contains(t, e.candidates, c, start)
				require.Greater(t, len(e.candidates), 1)
				continue
			}
			require.True(t, f.code == c || strings.EqualFold(f.code.Name(), start) || letters(f.code.Message()) == letters(start), "%q is %v", start, f.code)
		}

		before, after, names := around(c)
		for _, ref := range []string{"abcde", "", "ÄÖ{x}", "it's 'quoted'", "not found.", "\u202e"} {
			if !names {
				break
			}
			f, err := resolve(strings.ToUpper(before) + ref + after)
			require.NoError(t, err)
			require.Equal(t, found{code: c, ref: ref}, f)
		}
	}
	for e := range reference.Codes() {
		for _, v := range e.Variants {
			f, err := resolve(strings.Replace(v, "…", "the image is too large", 1))
			require.NoError(t, err, v)
			require.Equal(t, e.Code.Number(), f.code.Number(), v)
		}
	}
}

func TestResolve(t *testing.T) {
	for text, want := range map[string]found{
		"20011/404":                          {code: pkerr.MakeCode(20011, 404)},
		"20003/410":                          {code: pkerr.MakeCode(20003, 410)},
		"0/418":                              {code: 418},
		"418":                                {code: 418},
		"20003404":                           {code: pkerr.MemberNotFoundWithRef},
		"20011404":                           {code: pkerr.MakeCode(20011, 404)},
		"«Member 'abcde' not found.»":        {code: pkerr.MemberNotFoundWithRef, ref: "abcde"},
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
		"GET /v2/x: 20011/404: New.":         {code: pkerr.MakeCode(20011, 404)},
		"PATCH /x: 20003/404: Member 'ab' not found.":                    {code: pkerr.MemberNotFoundWithRef, ref: "ab"},
		"GET /v2/systems/@me: 401: Missing or invalid Authorization":     {code: pkerr.Unauthorized},
		"error: Error parsing JSON model":                                {code: pkerr.ModelParse},
		`time=12:00 msg="GET /v2/members/x: 20002/404: something else."`: {code: pkerr.MemberNotFound},
	} {
		f, err := resolve(text)
		require.NoError(t, err, text)
		require.Equal(t, want, f, text)
	}
}

func TestResolveNothing(t *testing.T) {
	for text, want := range map[string][]pkerr.Code{
		"":                        nil,
		" ":                       nil,
		".":                       nil,
		"pkerr.":                  nil,
		"zzzzzz":                  nil,
		"0":                       nil,
		"099":                     nil,
		"-1":                      nil,
		"1/2":                     nil,
		"20003/":                  {pkerr.MemberNotFoundWithRef},
		"/404":                    nil,
		"20003/404/1":             nil,
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
	} {
		_, err := resolve(text)
		e, ok := errors.AsType[*notFoundError](err)
		require.True(t, ok, "%q: %v", text, err)
		require.False(t, e.ambiguous, text)
		require.Equal(t, want, e.candidates, text)
	}

	// It takes no time, however long the text.
	_, err := resolve(strings.Repeat("Member 'x: ", 1<<13))
	require.Error(t, err)
}

func TestResolveAll(t *testing.T) {
	all, missing := resolveAll([]string{"Member", "'ab", "cd'", "not", "found."})
	require.Empty(t, missing)
	require.Equal(t, []found{{pkerr.MemberNotFoundWithRef, "ab cd"}}, all)

	all, missing = resolveAll([]string{"Message", "not found."})
	require.Empty(t, missing)
	require.Equal(t, []found{{code: pkerr.MessageNotFound}}, all)

	all, missing = resolveAll([]string{"20002", "nothing", "404"})
	require.Len(t, missing, 1)
	require.Equal(t, []found{{code: pkerr.MemberNotFound}, {code: pkerr.NotFound}}, all)
}

func TestFacts(t *testing.T) {
	for c := range pkerr.Codes() {
		f := factsOf(found{code: c}, reader{})
		e, _ := reference.Of(reference.Code(c))
		require.True(t, f.Known)
		require.Equal(t, []any{c.String(), c.Number(), c.Status(), c.Name(), c.Message()}, []any{f.Code, f.Number, f.Status, f.Name, f.Message})
		require.Equal(t, []string{e.Meaning.String(), e.Cause.String(), string(e.Action), e.Advice.String(), e.FullSource()}, []string{f.Meaning, f.Cause, f.Action, f.Advice, f.Source})
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

// What is said to match is what errors.Is finds, and nothing else.
func TestMatches(t *testing.T) {
	codes := []pkerr.Code{pkerr.MakeCode(20003, 410), pkerr.MakeCode(20011, 404), 418, 503, 200, 600}
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

// What is said of a number that is no code goes by its class, and is right.
func TestNumbersOfTomorrow(t *testing.T) {
	const hint = "the API may be newer; by its status there is something to say: pkerr explain "
	for text, want := range map[string]string{
		"20011": "20011/404", "30010": "30010/403", "49999": "49999/400", "20012": "20012/404",
		"10001": "", "50002": "", "99999": "", "00003": "", "2001": "", "200110": "", "2001x": "", "0": "", "Member": "", "": "",
	} {
		_, missing := resolveAll([]string{text})
		require.Len(t, missing, 1, text)
		var u *usageError
		require.ErrorAs(t, missing[0], &u)
		if want == "" {
			require.NotContains(t, strings.Join(u.hints, "\n"), "newer", text)
			continue
		}
		require.Equal(t, hint+want, u.hints[len(u.hints)-1], text)
		_, err := resolve(want)
		require.NoError(t, err)
	}
	for c := range pkerr.Codes() {
		if status := statusOfTomorrow(reference.Code(c).Anchor()); status != "" {
			require.Equal(t, strconv.Itoa(c.Status()), status, "%v", c)
		}
	}
}

func TestGuess(t *testing.T) {
	for c, want := range map[pkerr.Code]string{
		501:                        "The API's own is 50001 Unimplemented; see pkerr list --status 501.",
		pkerr.MakeCode(50002, 501): "The API's own is 50001 Unimplemented; see pkerr list --status 501.",
		418:                        "Go by the status and the message. The same request will most likely fail again.",
		599:                        "Repeat a read after a while. A write may have gone through: look before repeating it.",
		600:                        "Check the URL: this is no answer of the API.",
		399:                        "Check the URL: this is no answer of the API.",
	} {
		_, advice := guess(c, nil)
		require.Equal(t, want, advice, "%v", c)
	}
	require.Contains(t, factsOf(found{code: 501}, reader{}).Notes, "The status alone is no code. It counts as InternalServerError.")
	require.Contains(t, factsOf(found{code: 418}, reader{}).Notes, "The status has no code of its own. It counts as BadRequest.")
}

// In a long message five letters may be wrong, and no more.
func TestNearOfLongMessages(t *testing.T) {
	message := pkerr.UnauthorizedFrontHistory.Message()
	require.Equal(t, []pkerr.Code{pkerr.UnauthorizedFrontHistory}, near("xxxxx"+message[5:]))
	require.Empty(t, near("xxxxxx"+message[6:]))
}
