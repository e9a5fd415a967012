package pkerrtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/pkerrtest"
)

func TestServer_RequireDone(t *testing.T) {
	for name, test := range map[string]struct {
		script   func(*pkerrtest.Server)
		requests int
		want     string // "": it passes
	}{
		"no route":             {func(*pkerrtest.Server) {}, 0, ""},
		"no reply":             {func(s *pkerrtest.Server) { s.On("/v2/x") }, 0, ""},
		"once":                 {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.NotFound) }, 1, ""},
		"repeatedly":           {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.NotFound) }, 3, ""},
		"as often as required": {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.NotFound).Times(2).Reply(pkerr.Gone) }, 3, ""},
		"never": {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.MemberNotFound) }, 0,
			`"/v2/x": reply 1, Reply(20002/404: Member not found.), was sent 0 of 1 times`},
		"too few": {func(s *pkerrtest.Server) {
			s.On("GET /v2/x").Reply(pkerr.NotFound).ReplyJSON(200, 1).Times(3).Reply(pkerr.Gone)
		}, 2,
			`"GET /v2/x": reply 2, ReplyJSON(200), was sent 1 of 3 times
	"GET /v2/x": reply 3, Reply(410: Unsupported API version), was sent 0 of 1 times`},
		"several routes": {func(s *pkerrtest.Server) {
			s.On("/v2/z").ReplyHandler(http.NotFoundHandler())
			s.On("/v2/y").ReplyBytes(204, nil, "")
			s.On("/v2/x").ReplyFault(pkerrtest.FaultReset)
		}, 0, `"/v2/z": reply 1, ReplyHandler, was sent 0 of 1 times
	"/v2/y": reply 1, ReplyBytes(204), was sent 0 of 1 times
	"/v2/x": reply 1, ReplyFault(reset), was sent 0 of 1 times`},
		"on one line": {func(s *pkerrtest.Server) { s.On("/v2/x").Reply(pkerr.NotFound.WithMessage("a\nb")) }, 0,
			`"/v2/x": reply 1, Reply(404: a\nb), was sent 0 of 1 times`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			s := pkerrtest.NewServer(r)
			test.script(s)
			statuses(t, s, test.requests)
			s.RequireDone()
			told := r.takeFailures()
			s.Close()
			s.RequireDone()
			require.Equal(t, told, r.takeFailures(), "also after Close")
			if test.want == "" {
				require.Empty(t, told)
			} else {
				require.Equal(t, []string{"pkerrtest: the script was not used up:\n\t" + test.want}, told)
			}
		})
	}

	t.Run("without a test", func(t *testing.T) {
		s := pkerrtest.NewServer(nil)
		defer s.Close()
		s.RequireDone()
		s.On("/v2/x").Reply(pkerr.NotFound)
		require.PanicsWithValue(t, "pkerrtest: the script was not used up:\n\t"+`"/v2/x": reply 1, Reply(404: Not Found), was sent 0 of 1 times`, s.RequireDone)
	})
}
