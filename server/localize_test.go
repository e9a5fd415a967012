package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// localized answers a request in a language with err.
func localized(err error, acceptLanguage string, opts ...server.Option) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if acceptLanguage != "" {
		r.Header.Set("Accept-Language", acceptLanguage)
	}
	w := httptest.NewRecorder()
	opts = append([]server.Option{server.WithLogger(new(logRecorder).logger()), server.WithLocalizer(locale.Match)}, opts...)
	with(failing(err), opts...).ServeHTTP(w, r)
	return w
}

func TestWithLocalizer(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 101)
	fields.Invalid("color")
	tests := []struct {
		name string
		err  error
		body string
	}{
		{
			"a code", pkerr.Forbidden,
			`{"message":"403: Missing permissions to access this resource","localized_message":"Dafür hast du keine Berechtigung.","code":0}`,
		},
		{
			"a name, unescaped", pkerr.MemberNotFound.WithRef("<a&b>"),
			`{"message":"Member '<a&b>' not found.","localized_message":"Das Mitglied „<a&b>“ wurde nicht gefunden. Bitte überprüfe den Namen oder die ID.","code":20003}`,
		},
		{
			"a rate limit", pkerr.TooManyRequests.WithRetryAfter(1500 * time.Millisecond).WithScope("generic_get"),
			`{"message":"429: too many requests","localized_message":"Das war etwas viel auf einmal. Versuche es in 2 Sekunden noch einmal.",` +
				`"retry_after":1500,"scope":"generic_get","code":0}`,
		},
		{
			"fields", fields.Err(),
			`{"message":"Error parsing JSON model","localized_message":"Einige Angaben stimmen noch nicht. Bitte überprüfe sie und versuche es noch einmal.","code":40001,"errors":{` +
				`"color":[{"message":"Field color is invalid.","localized_message":"Diese Angabe ist nicht gültig. Bitte überprüfe sie."}],` +
				`"name":[{"message":"Field name is too long.","localized_message":"Das ist zu lang. Höchstens 100 Zeichen sind erlaubt, hier sind es 101.","actual_length":101,"max_length":100}]}}`,
		},
		{
			"a foreign error", errStore,
			`{"message":"500: Internal Server Error","localized_message":"Dabei ist etwas schiefgelaufen. Falls du gerade etwas ändern wolltest, prüfe, ` +
				`ob es gespeichert wurde, bevor du es noch einmal versuchst.","code":0}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := localized(tt.err, "xx, de-AT;q=0.9, en;q=0.8")
			require.Equal(t, tt.body, w.Body.String())
			require.Equal(t, "de", w.Header().Get("Content-Language"))
			require.Equal(t, "Accept-Language", w.Header().Get("Vary"))
			require.Equal(t, fmt.Sprint(len(tt.body)), w.Header().Get("Content-Length"))
		})
	}
}

// Except for the texts, every body is the same as without the option.
func TestWithLocalizer_KeepsTheRest(t *testing.T) {
	for code := range pkerr.Codes() {
		var fields pkerr.Fields
		fields.TooLong("name", 100, 101)
		for _, e := range []*pkerr.Error{
			code.WithRef("abcde"), code.WithRetryAfter(time.Second).WithScope("generic_get"), code.WithCause(nil).WithFields(fields),
		} {
			var plain, german map[string]any
			require.NoError(t, json.Unmarshal(localized(e, "").Body.Bytes(), &plain))
			w := localized(e, "de")
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &german))
			require.Equal(t, locale.For("de").Message(e), german["localized_message"])
			delete(german, "localized_message")
			if errs, ok := german["errors"].(map[string]any); ok {
				object := errs["name"].([]any)[0].(map[string]any)
				require.NotEmpty(t, object["localized_message"])
				delete(object, "localized_message")
			}
			require.Equal(t, plain, german)
			require.Equal(t, pkerr.CodeOf(e), pkerr.CodeOf(client.Decode(w.Code, w.Header(), w.Body.Bytes())))
		}
	}
}

// A language that was not asked for is not sent.
func TestWithLocalizer_NoMatch(t *testing.T) {
	plain := `{"message":"404: Not Found","code":0}`
	for _, acceptLanguage := range []string{"", "tlh", "*", "be", strings.Repeat("x", 1<<20)} {
		w := localized(pkerr.NotFound, acceptLanguage)
		require.Equal(t, plain, w.Body.String())
		require.Empty(t, w.Header().Values("Content-Language"))
		require.Equal(t, []string{"Accept-Language"}, w.Header().Values("Vary"), "caches must keep bodies apart by language")
	}
	// English is a language like any other.
	require.Equal(t, `{"message":"404: Not Found","localized_message":"That couldn't be found.","code":0}`, localized(pkerr.NotFound, "en-GB").Body.String())

	// It is off by default, and a nil function turns it off.
	off := localized(pkerr.NotFound, "de", server.WithLocalizer[server.Localizer](nil))
	require.Equal(t, plain, off.Body.String())
	require.Empty(t, off.Header().Values("Vary"))
}

func TestWithLocalizer_Headers(t *testing.T) {
	answer := func(method string, prepare func(h http.Header), lines ...string) *httptest.ResponseRecorder {
		h := with(server.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
			prepare(w.Header())
			return pkerr.NotFound
		}), server.WithLocalizer(locale.Match))
		r := httptest.NewRequest(method, "/", nil)
		r.Header["Accept-Language"] = lines
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	none := func(http.Header) {}
	vary := func(values ...string) []string {
		return answer("GET", func(h http.Header) { h["Vary"] = values }, "de").Header().Values("Vary")
	}
	require.Equal(t, []string{"Origin", "Accept-Language"}, vary("Origin"))
	require.Equal(t, []string{"Origin, accept-language"}, vary("Origin, accept-language"))
	require.Equal(t, []string{"*"}, vary("*"))

	w := answer("GET", func(h http.Header) { h.Set("Content-Language", "fr") }, "de")
	require.Equal(t, []string{"de"}, w.Header().Values("Content-Language"), "the header of the other body is removed")

	require.Equal(t, "ja", answer("GET", none, "de;q=0.5", "ja").Header().Get("Content-Language"), "weights apply across lines")

	head := answer("HEAD", none, "de")
	require.Empty(t, head.Body.String())
	require.Equal(t, answer("GET", none, "de").Header(), head.Header())
}

// Text that is not sent in English is not sent in another language either.
func TestWithLocalizer_LeaksNothing(t *testing.T) {
	cause := pkerr.TooManyRequests.WithRetryAfter(77 * time.Second)
	ref := pkerr.MemberNotFound.WithRef("secret")
	remote := client.Decode(http.StatusForbidden, nil, []byte(`{"message":"Member 'secret' is not part of your system.","code":30008}`))
	for _, err := range []error{
		pkerr.MemberNotFoundWithRef.WithCause(ref), pkerr.TooManyRequests.WithCause(cause), remote, fmt.Errorf("secret: %w", errors.New("secret")),
		pkerr.InternalServerError.WithCause(errors.New("secret")),
	} {
		body := localized(err, "en").Body.String()
		require.Contains(t, body, "localized_message")
		require.NotContains(t, body, "secret")
		require.NotContains(t, body, "77")
		require.NotContains(t, body, "2 minutes")
	}
	require.Contains(t, localized(server.Relay(remote), "en").Body.String(), "The member “secret” isn't part of your system.")
}

// stub is a Localizer that is not from package locale.
type stub struct{ message, field, tag func() string }

func (s stub) Message(error) string                   { return s.message() }
func (s stub) Field(string, pkerr.ErrorObject) string { return s.field() }
func (s stub) String() string                         { return s.tag() }

func TestWithLocalizer_OtherImplementations(t *testing.T) {
	text := func(s string) func() string { return func() string { return s } }
	panics := func() string { panic("a bug") }
	var fields pkerr.Fields
	fields.Invalid("x")
	plain := `{"message":"Error parsing JSON model","code":40001,"errors":{"x":[{"message":"Field x is invalid."}]}}`
	for _, tt := range []struct {
		s    stub
		want string
	}{
		{stub{text("nuq"), text("Dach"), text("tlh")}, `{"message":"Error parsing JSON model","localized_message":"nuq","code":40001,"errors":{"x":[{"message":"Field x is invalid.","localized_message":"Dach"}]}}`},
		{stub{text("nuq"), text(""), text("tlh")}, `{"message":"Error parsing JSON model","localized_message":"nuq","code":40001,"errors":{"x":[{"message":"Field x is invalid."}]}}`},
		{stub{text(""), text("Dach"), text("tlh")}, `{"message":"Error parsing JSON model","code":40001,"errors":{"x":[{"message":"Field x is invalid.","localized_message":"Dach"}]}}`},
		{stub{text(""), text(""), text("tlh")}, plain},
		{stub{panics, text("x"), text("x")}, plain},
		{stub{text("x"), panics, text("x")}, plain},
		{stub{text("x"), text("x"), panics}, plain},
	} {
		var j logRecorder
		w := localized(fields.Err(), "tlh", server.WithLogger(j.logger()), server.WithLocalizer(func(...string) (stub, bool) { return tt.s, true }))
		require.Equal(t, tt.want, w.Body.String())
		require.Equal(t, http.StatusBadRequest, w.Code)
		if tt.want == plain {
			require.Empty(t, w.Header().Values("Content-Language"))
		} else {
			require.Equal(t, []string{"tlh"}, w.Header().Values("Content-Language"))
			require.NotContains(t, j.buf.String(), "localizer")
		}
	}
	// A language without a name gets no header.
	nameless := localized(pkerr.NotFound, "tlh", server.WithLocalizer(func(...string) (stub, bool) { return stub{text("nuq"), text(""), text("")}, true }))
	require.Contains(t, nameless.Body.String(), "nuq")
	require.NotContains(t, nameless.Header(), "Content-Language")

	// Without the header match is not called. The key is that of the field.
	always := server.WithLocalizer(func(...string) (keys, bool) { return keys{}, true })
	require.NotContains(t, localized(pkerr.NotFound, "", always).Body.String(), "localized")
	require.Contains(t, localized(fields.Err(), "tlh", always).Body.String(), `"localized_message":"the key is x"`)
}

// causes is a Localizer whose text is the cause.
type causes struct{ keys }

func (causes) Message(err error) string { return fmt.Sprint("the cause is ", errors.Unwrap(err)) }

func TestWithLocalizer_NoCause(t *testing.T) {
	w := localized(pkerr.NotFound.WithCause(errors.New("secret")), "tlh", server.WithLocalizer(func(...string) (causes, bool) { return causes{}, true }))
	require.Contains(t, w.Body.String(), "the cause is <nil>")
}

// keys is a Localizer whose text for a field is its key.
type keys struct{}

func (keys) Message(error) string                         { return "x" }
func (keys) Field(key string, _ pkerr.ErrorObject) string { return "the key is " + key }
func (keys) String() string                               { return "x" }

// A panic is logged, and the response is sent in English.
func TestWithLocalizer_Panics(t *testing.T) {
	var j logRecorder
	w := localized(pkerr.NotFound, "tlh", server.WithLogger(j.logger()), server.WithLocalizer(func(...string) (stub, bool) { panic("a bug") }))
	require.Equal(t, `{"message":"404: Not Found","code":0}`, w.Body.String())
	require.Contains(t, j.buf.String(), `"level":"ERROR"`)
	require.Contains(t, j.buf.String(), "localizer panicked")
	require.Contains(t, j.buf.String(), "a bug")
	require.Contains(t, j.buf.String(), `"stack":"goroutine`)
}

// A hostile header takes no more memory than the part that is read.
func TestWithLocalizer_HostileHeader(t *testing.T) {
	lines := func(line string, n int) []string { return slices.Repeat([]string{line}, n) }
	for name, header := range map[string][]string{
		"one": {strings.Repeat("de;q=0.1,", 1<<17)}, "two": lines(strings.Repeat("x", 1<<19), 2), "many": lines("a", 300_000), "empty": lines("", 1000),
	} {
		h := with(failing(pkerr.NotFound), server.WithLogger(new(logRecorder).logger()), server.WithLocalizer(locale.Match))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Accept-Language"] = header
		h.ServeHTTP(httptest.NewRecorder(), r)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h.ServeHTTP(httptest.NewRecorder(), r)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(128<<10), name)
	}
}

// The lines of the header are one list, cut at a comma.
func TestWithLocalizer_Lines(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"one":                {[]string{"de, en;q=0.5"}, "de, en;q=0.5"},
		"two":                {[]string{"de", "en;q=0.5"}, "de,en;q=0.5"},
		"empty lines":        {[]string{"", "de", ""}, "de,"},
		"a long line":        {[]string{strings.Repeat("de-AT,", 500)}, strings.Repeat("de-AT,", 170)},
		"a long second line": {[]string{"fr", strings.Repeat("de-AT,", 500)}, "fr," + strings.Repeat("de-AT,", 169) + "de-AT"},
		"a long first line":  {[]string{strings.Repeat("de-AT,", 500), "fr"}, strings.Repeat("de-AT,", 170)},
		"many":               {slices.Repeat([]string{"de-AT"}, 500), strings.Repeat("de-AT,", 170)},
		"no comma":           {[]string{strings.Repeat("x", 2000)}, ""},
		"a comma at the end": {[]string{strings.Repeat("x", 1024) + ",de"}, strings.Repeat("x", 1024)},
		"the limit":          {[]string{strings.Repeat("x", 1024)}, strings.Repeat("x", 1024)},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			h := with(failing(pkerr.NotFound), server.WithLocalizer(func(preferences ...string) (stub, bool) {
				require.Len(t, preferences, 1)
				got = strings.TrimSuffix(preferences[0], ",")
				return stub{}, false
			}))
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Header["Accept-Language"] = test.lines
			h.ServeHTTP(httptest.NewRecorder(), r)
			require.Equal(t, strings.TrimSuffix(test.want, ","), got)
			require.LessOrEqual(t, len(got), 1024)
		})
	}
}

// The body has every key that the models of the wire have.
func TestWithLocalizer_EveryKey(t *testing.T) {
	members := func(v any) (names []string) {
		for field := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	require.Equal(t, []string{"code", "errors", "message", "retry_after", "scope"}, members(pkerr.Response{}), "localized has these in localize.go")
	require.Equal(t, []string{"actual_length", "max_length", "message"}, members(pkerr.ErrorObject{}), "localizedObject has these in localize.go")
}
