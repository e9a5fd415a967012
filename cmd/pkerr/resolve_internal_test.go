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
			"pair": c.String(), "go": strconv.FormatInt(c.Number(), 10) + "_" + strconv.Itoa(c.Status()), "anchor": anchor(c), "spaces": " " + anchor(c) + " ",
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

	all, missing = resolveAll([]string{"20002", "nothing", "404"})
	require.Len(t, missing, 1)
	require.Equal(t, []found{{code: pkerr.MemberNotFound}, {code: pkerr.NotFound}}, all)
}

func TestFacts(t *testing.T) {
	for c := range pkerr.Codes() {
		f := factsOf(found{code: c}, reader{})
		e, _ := reference.Of(c)
		require.True(t, f.Known)
		require.Equal(t, []any{c.String(), c.Number(), c.Status(), c.Name(), c.Message()}, []any{f.Code, f.Number, f.Status, f.Name, f.Message})
		require.Equal(t, []string{e.Meaning.String(), e.Cause.String(), string(e.Action), e.Advice.String(), e.Source}, []string{f.Meaning, f.Cause, f.Action, f.Advice, f.Source})
		require.Equal(t, e.Documented, f.Sent.Documented)
		require.Equal(t, e.Sent.Today, f.Sent.Today)
		require.Equal(t, "docs/errors.md#"+anchor(c), f.Link)
		require.Nil(t, f.Localized)
		var senders []sender
		for s, a := range reference.Senders(c) {
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

func TestWhatToDo(t *testing.T) {
	require.Equal(t, "Fix the request: look.", whatToDo("fix the request", "Fix the request: look."))
	require.Equal(t, "Fix the request. Send less.", whatToDo("fix the request", "Send less."))
	require.Equal(t, "Say https.", whatToDo("", "Say https."))
}
