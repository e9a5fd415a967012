package locale

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
)

// record is a file system that records which files are opened.
type record struct {
	fstest.MapFS

	mu     sync.Mutex
	opened []string
}

func (r *record) Open(name string) (fs.File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened = append(r.opened, name)
	return r.MapFS.Open(name)
}

func (r *record) ReadFile(name string) ([]byte, error) { return fs.ReadFile(struct{ fs.FS }{r}, name) }

// read returns the files that were opened since the last call.
func (r *record) read() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	read := slices.DeleteFunc(r.opened, func(name string) bool { return name == "." })
	r.opened = nil
	return read
}

func TestCatalogs_ReadOnUse(t *testing.T) {
	files := &record{MapFS: files(t)}
	all := newCatalogs(files)
	find := func(tag string) *Localizer {
		l, _ := all.match([]language.Tag{language.Make(tag)})
		require.Equal(t, language.Make(tag), l.Language())
		return l
	}
	german, spanish := find("de"), find("es-419")
	require.Empty(t, files.read())

	require.NotEmpty(t, german.Message(pkerr.NotFound))
	require.NotEmpty(t, german.Message(pkerr.TooManyRequests))
	require.Equal(t, []string{"de.json"}, files.read(), "only once, and no other file")

	require.NotEmpty(t, spanish.RetryAfter(1))
	require.Equal(t, []string{"es-419.json"}, files.read(), "it has this text and does not read its parent")
}

// If a language has no text for a code, its parent's text is used. The next
// choices are the texts for the code that this code refines and for its class,
// and then the general text. English is the last resort.
func TestMessage_Fallback(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	all := newCatalogs(fstest.MapFS{
		"en.json": file(`{"general": "en", "codes": {"NotFound": "en NotFound", "Gone": "en Gone", "MemberNotFound": "en MemberNotFound",
			"MemberNotFoundWithRef": "en {ref}", "TooManyRequests": "en {wait}"}, "wait": {"soon": "soon"}}`),
		"es.json": file(`{"codes": {"NotFound": "es NotFound", "Gone": "es Gone"}, "wait": {"hours": {"other": "es {count}"}},
			"fields": {"too_long_limit": {"other": "es {max}"}, "too_long_lengths": {"other": "es {max} {actual}"}}}`),
		"es-419.json":  file(`{"codes": {"MemberNotFound": "es-419 MemberNotFound"}}`),
		"zh.json":      file(`{"general": "zh", "codes": {"NotFound": "zh NotFound", "Gone": "zh Gone"}}`),
		"zh-Hant.json": file(`{"codes": {"BadRequest": "zh-Hant BadRequest"}}`),
		"fr.json":      file(`{"general": "fr", "codes": {"MemberNotFoundWithRef": "fr {ref}", "TooManyRequests": "fr {wait}"}}`),
		"de.json":      file(`{"general": "broken`),
	})
	named := pkerr.MemberNotFound.WithRef("abcde")
	for tag, want := range map[string][]string{
		"en":    {"en NotFound", "en Gone", "en MemberNotFound", "en abcde", "en soon", "en"},
		"es":    {"es NotFound", "es Gone", "es NotFound", "es NotFound", "en soon", "en"},
		"es-MX": {"es NotFound", "es Gone", "es-419 MemberNotFound", "es-419 MemberNotFound", "en soon", "en"},
		"zh-CN": {"zh NotFound", "zh Gone", "zh NotFound", "zh NotFound", "zh", "zh"},
		"zh-TW": {"zh-Hant BadRequest", "zh-Hant BadRequest", "zh-Hant BadRequest", "zh-Hant BadRequest", "zh-Hant BadRequest", "en"},
		"fr":    {"fr", "fr", "fr", "fr abcde", "fr soon", "fr"},
		"de":    {"en NotFound", "en Gone", "en MemberNotFound", "en abcde", "en soon", "en"},
	} {
		l, ok := all.match([]language.Tag{language.Make(tag)})
		require.True(t, ok)
		var got []string
		for _, err := range []error{pkerr.NotFound, pkerr.Gone, pkerr.MemberNotFound, named, pkerr.TooManyRequests, io.EOF} {
			got = append(got, l.Message(err))
		}
		require.Equal(t, want, got, tag)
	}
	// If English has no text for the code, its text for the class is used, and
	// then its general text.
	require.Equal(t, "en NotFound", all.localizers[0].Message(pkerr.SystemNotFound))
	require.Equal(t, "en", all.localizers[0].Message(pkerr.Forbidden))

	// A number is written by the rules of the text's language. In Latin America
	// it is 1,000.
	l, _ := all.match([]language.Tag{language.MustParse("es-MX")})
	require.Equal(t, "es 1.000", l.RetryAfter(1000*60*60*1e9))
	require.Equal(t, "es 1", l.RetryAfter(60*60*1e9), "the form other")
	o := pkerr.ErrorObject{MaxLength: new(1000)}
	require.Equal(t, "es 1.000", l.Field("name", o))
	o.ActualLength = new(2000)
	require.Equal(t, "es 1.000 2.000", l.Field("name", o))
}

func TestCatalogs_ConcurrentFirstUse(t *testing.T) {
	all := newCatalogs(files(t))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, l := range all.localizers {
				require.NotEmpty(t, l.RetryAfter(1))
				require.NotEmpty(t, l.Message(pkerr.NotFound))
			}
		})
	}
	wg.Wait()
}

func TestLanguages_InOrder(t *testing.T) {
	for range 20 { // the order of a map varies
		var tags []string
		for _, l := range newCatalogs(files(t)).localizers {
			tags = append(tags, l.String())
		}
		require.Equal(t, "en", tags[0])
		require.True(t, slices.IsSorted(tags[1:]), "%q", tags)
	}
}

// Nothing panics if there are no texts at all.
func TestLocalizer_NoTexts(t *testing.T) {
	all := newCatalogs(fstest.MapFS{"en.json": &fstest.MapFile{Data: []byte("{}")}})
	l := all.localizers[0]
	require.Empty(t, l.Message(pkerr.NotFound))
	require.Empty(t, l.RetryAfter(1))
	require.Empty(t, l.Field("name", pkerr.ErrorObject{MaxLength: new(1)}))
}

// Every code has a complete text in every language. The text is the code's own,
// unless it is not translated yet.
func TestMessage_EveryCode(t *testing.T) {
	for _, l := range embedded().localizers {
		seen := map[string]pkerr.Code{}
		for code := range pkerr.Codes() {
			e := code.WithRef("abcde").WithRetryAfter(3 * time.Second)
			text := l.Message(e)
			require.NotEmpty(t, text, "%v %v", l, code)
			require.NotContains(t, text, "{", "%v %v", l, code)
			require.NotContains(t, text, fmt.Sprint(code.Number()), "%v", l)
			require.Equal(t, text, l.Message(fmt.Errorf("wrapped: %w", e)))
			if l.catalog.text(textID{codeSection, e.Code.Name()}) == "" {
				continue // to be translated
			}
			waits := strings.Contains(text, l.RetryAfter(3*time.Second))
			require.Equal(t, code == pkerr.TooManyRequests, waits, "%v %v: %s", l, code, text)
			names := strings.Contains(e.Code.Message(), "{")
			require.Equal(t, names, strings.Contains(text, "abcde"), "%v %v: %s", l, code, text)
			if code == e.Code { // otherwise it has become the code with a reference
				other, twice := seen[text]
				require.False(t, twice, "%v: %v and %v say %q", l, code, other, text)
				seen[text] = code
			}
		}
	}
}
