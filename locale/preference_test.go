package locale_test

import (
	"cmp"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/pkerr/pkerr/locale"
)

// The locales of Discord's users (docs.discord.com, "Locales"), with the
// catalog for each.
func TestMatch_DiscordLocales(t *testing.T) {
	locales := map[string]string{
		"id": "id", "da": "da", "de": "de", "en-GB": "en", "en-US": "en", "es-ES": "es", "es-419": "es-419", "fr": "fr", "hr": "hr",
		"it": "it", "lt": "lt", "hu": "hu", "nl": "nl", "no": "nb", "pl": "pl", "pt-BR": "pt-BR", "ro": "ro", "fi": "fi", "sv-SE": "sv",
		"vi": "vi", "tr": "tr", "cs": "cs", "el": "el", "bg": "bg", "ru": "ru", "uk": "uk", "hi": "hi", "th": "th", "zh-CN": "zh", "ja": "ja",
		"zh-TW": "zh-Hant", "ko": "ko",
	}
	require.Len(t, locales, 32)
	for preference, want := range locales {
		l, ok := locale.Match(preference)
		require.True(t, ok, preference)
		require.Equal(t, want, l.String(), preference)
		require.Equal(t, language.Make(want), l.Language(), preference)
	}
}

// Headers of browsers and programs. An empty want means that nothing matches.
func TestMatch_AcceptLanguage(t *testing.T) {
	tests := []struct{ header, want string }{
		{"en-US,en;q=0.9", "en"},
		{"en-US,en;q=0.5", "en"},
		{"en-GB,en-US;q=0.9,en;q=0.8", "en"},
		{"en-AU,en-GB;q=0.9,en;q=0.8", "en"},
		{"en-IN,hi;q=0.9", "en"},
		{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"},
		{"de,en-US;q=0.7,en;q=0.3", "de"},
		{"de-CH,de;q=0.9,fr;q=0.8,it;q=0.7", "de"},
		{"gsw-CH,gsw;q=0.9,de-CH;q=0.8,de;q=0.7", "de"},
		{"de-AT", "de"},
		{"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"},
		{"fr-CA,fr-FR;q=0.8,en-CA;q=0.5,en;q=0.3", "fr"},
		{"fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3", "fr"},
		{"da, en-gb;q=0.8, en;q=0.7", "da"},
		{"da-DK,da;q=0.9,en-US;q=0.8,en;q=0.7", "da"},
		{"nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6,en;q=0.5", "nb"},
		{"nn-NO,nn;q=0.9,en;q=0.5", "nb"},
		{"no", "nb"},
		{"sv-SE,sv;q=0.9,en-US;q=0.8,en;q=0.7", "sv"},
		{"sv-FI,sv;q=0.9,fi;q=0.8", "sv"},
		{"fi-FI,fi;q=0.9,en;q=0.8", "fi"},
		{"et-EE,et;q=0.9,en;q=0.8", "en"},
		{"nl-BE,nl;q=0.9,fr;q=0.8", "nl"},
		{"it-IT,it;q=0.9,en-US;q=0.8,en;q=0.7", "it"},
		{"es-ES,es;q=0.9", "es"},
		{"es-ES,es;q=0.9,ca;q=0.8", "es"},
		{"es-MX,es;q=0.9,en-US;q=0.8", "es-419"},
		{"es-419,es;q=0.9", "es-419"},
		{"es-AR,es;q=0.8,en-US;q=0.5,en;q=0.3", "es-419"},
		{"es-US,es;q=0.9,en;q=0.8", "es-419"},
		{"ca-ES,ca;q=0.9,es;q=0.8,en;q=0.7", "es"},
		{"gl-ES,gl;q=0.8,es-ES;q=0.5,es;q=0.3", "es"},
		{"pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt-BR"},
		{"pt-PT,pt;q=0.8,en;q=0.5,en-US;q=0.3", "pt-BR"},
		{"ro-RO,ro;q=0.9,en-US;q=0.8", "ro"},
		{"ro-MD,ro;q=0.9,ru;q=0.8", "ro"},
		{"pl,en-US;q=0.7,en;q=0.3", "pl"},
		{"cs-CZ,cs;q=0.9,sk;q=0.8", "cs"},
		{"sk-SK,sk;q=0.9,cs;q=0.8,en-US;q=0.7,en;q=0.6", "cs"},
		{"hr-HR,hr;q=0.9,en;q=0.8", "hr"},
		{"bs-BA,bs;q=0.9,hr;q=0.8,sr;q=0.7", "hr"},
		{"sr-RS,sr;q=0.9,en-US;q=0.8", "en"},
		{"hu-HU,hu;q=0.9,en;q=0.8", "hu"},
		{"lt-LT,lt;q=0.9,en;q=0.8,ru;q=0.7,pl;q=0.6", "lt"},
		{"bg-BG,bg;q=0.9", "bg"},
		{"el-GR,el;q=0.9,en;q=0.8", "el"},
		{"uk-UA,uk;q=0.9,ru;q=0.8,en-US;q=0.7,en;q=0.6", "uk"},
		{"ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"},
		{"be-BY,be;q=0.9,en;q=0.8,ru;q=0.7", "en"},
		{"be", ""},
		{"kk-KZ,kk;q=0.9,ru;q=0.8", "ru"},
		{"tr-TR,tr;q=0.9,en-US;q=0.8", "tr"},
		{"hi-IN,hi;q=0.9,en-IN;q=0.8", "hi"},
		{"th-TH,th;q=0.9", "th"},
		{"vi-VN,vi;q=0.9,fr-FR;q=0.8", "vi"},
		{"id-ID,id;q=0.9,en-US;q=0.8,ms;q=0.7", "id"},
		{"in-ID", "id"}, // Indonesian on old Android
		{"ms-MY,ms;q=0.9,en;q=0.8", "en"},
		{"fil-PH,fil;q=0.9,tl;q=0.8,en-US;q=0.7", "en"},
		{"zh-CN,zh;q=0.9", "zh"},
		{"zh-CN,zh;q=0.8,zh-TW;q=0.7,zh-HK;q=0.5,en-US;q=0.3,en;q=0.2", "zh"},
		{"zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-Hant"},
		{"zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant"},
		{"zh-Hant-HK", "zh-Hant"},
		{"zh-Hans-CN;q=1, en-CN;q=0.9", "zh"},
		{"zh-SG,zh;q=0.9", "zh"},
		{"yue-HK,yue;q=0.9,zh-HK;q=0.8,zh;q=0.7", "zh-Hant"},
		{"ja,en-US;q=0.9,en;q=0.8", "ja"},
		{"ja-JP", "ja"},
		{"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"},
		{"ar-SA,ar;q=0.9", ""},
		{"he-IL,he;q=0.9,en-US;q=0.8,en;q=0.7", "en"},
		{"de-DE-u-co-phonebk", "de"},
		{"en;q=0.8, de;q=0.9", "de"},
		{"de;q=0, fr;q=0.1", "fr"},
		{"de;q=0", ""},
		{"xx-klingon, de;q=0.5", "de"},
		{"de;q=high, fr", "fr"},
		{"fr, de;q=9", "fr"},
		{"fr;q=0.1, de;q=inf", "fr"},
		{"fr;q=0.1, de;q=1.001", "fr"},
		{"fr;q=0.1, de;q=-1", "fr"},
		{"de;q=nan", ""},
		{" ,, ;q=1, ja ;q=0.3 , ", "ja"},
		{"DE_de", "de"},
		{"de;Q=0.9, fr;q=0.5", "de"},
		{"cmn-Hans-CN,cmn;q=0.9", "zh"},
		{"cmn-TW", "zh-Hant"},
		{"en-US-posix", "en"},
		{"ja;q=.1,ko;q=.2,de;q=.1,fr;q=.2,it;q=.1,nl;q=.2,pl;q=.1,sv;q=.2,da;q=.1,fi;q=.2,cs;q=.1,hu;q=.2,tr;q=.1,el;q=.2,th;q=.1", "ko"},
		{"english", "en"},
		{"*", ""},
		{"", ""},
		{"\x00\xff", ""},
	}
	for _, tt := range tests {
		l, ok := locale.Match(tt.header)
		if tt.want == "" {
			require.False(t, ok, tt.header)
			tt.want = "en"
		} else {
			require.True(t, ok, tt.header)
		}
		require.Equal(t, tt.want, l.String(), tt.header)
		require.Same(t, l, locale.For(tt.header), "shared")
	}
}

// Values of LANG on POSIX systems, some of them from "locale -a".
func TestMatch_POSIX(t *testing.T) {
	tests := []struct {
		name, want string
	}{
		{"de_DE.UTF-8", "de"},
		{"de_DE.utf8", "de"},
		{"de_DE@euro", "de"},
		{"de_AT.ISO-8859-15@euro", "de"},
		{"de", "de"},
		{"pt_BR", "pt-BR"},
		{"pt_PT.UTF-8", "pt-BR"},
		{"en_US.UTF-8", "en"},
		{"en_GB", "en"},
		{"es_MX.UTF-8", "es-419"},
		{"es_ES.UTF-8", "es"},
		{"no_NO.ISO-8859-1", "nb"},
		{"nn_NO.UTF-8", "nb"},
		{"zh_CN.GB18030", "zh"},
		{"zh_TW.Big5", "zh-Hant"},
		{"zh_HK.UTF-8", "zh-Hant"},
		{"ja_JP.eucJP", "ja"},
		{"uk_UA.KOI8-U", "uk"},
		{"hr_HR.UTF-8", "hr"},
		{"C", "en"},
		{"C.UTF-8", "en"},
		{"C.utf8", "en"},
		{"POSIX", "en"},
		{" C ", "en"},
		{"sr_RS@latin", ""},
		{"sr_RS", ""},
		{"sr_RS.UTF-8@latin", ""},
		{"be_BY@latin", ""},
		{"ca_ES@valencia", ""},
		{"c", ""},
		{"posix", ""},
		{"CD", ""},
		{".UTF-8", ""},
		{"@euro", ""},
		{"_DE", ""},
		{"de_DE.", "de"},
		{"de_DE.UTF-8;q=0.1, fr_FR.UTF-8", "fr"},
	}
	for _, tt := range tests {
		l, ok := locale.Match(tt.name)
		require.Equal(t, tt.want != "", ok, tt.name)
		require.Equal(t, cmp.Or(tt.want, "en"), l.String(), tt.name)
		if ok {
			require.Same(t, l, locale.For("", tt.name, "ko"), tt.name)
		} else {
			require.Equal(t, "ko", locale.For("", tt.name, "ko").String(), tt.name)
		}
	}
}

func TestFor_FirstMatch(t *testing.T) {
	tests := []struct {
		preferences []string
		want        string
	}{
		{nil, "en"},
		{[]string{"", ""}, "en"},
		{[]string{"de", "fr"}, "de"},
		{[]string{"", "fr"}, "fr"},
		{[]string{"tlh", "ar, *", "ja;q=0.1, ko;q=0.2"}, "ko"},
		{[]string{"en-US", "de"}, "en"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, locale.For(tt.preferences...).String(), "%q", tt.preferences)
	}
	require.Equal(t, "fr", locale.New(language.Und, language.Arabic, language.CanadianFrench, language.German).String())
	require.Equal(t, "en", locale.New().String())
	_, ok := locale.Match()
	require.False(t, ok)
}

// The language is that of the texts, without the extensions of the preference.
func TestLanguage_NoExtensions(t *testing.T) {
	require.Equal(t, "de", locale.For("de-AT-u-co-phonebk-nu-deva").String())
}

func TestLanguages(t *testing.T) {
	tags := locale.Languages()
	files, err := os.ReadDir("catalogs")
	require.NoError(t, err)
	require.Len(t, tags, len(files))
	require.Equal(t, language.English, tags[0])
	for _, tag := range tags {
		require.Equal(t, tag, locale.For(tag.String()).Language())
		require.Equal(t, tag, locale.New(tag).Language())
	}
	tags[0] = language.Afrikaans
	require.Equal(t, language.English, locale.Languages()[0], "the caller may change the slice")
}

// Only the first 256 bytes of a preference are read, up to a comma.
func TestFor_LongPreferences(t *testing.T) {
	pad := func(n int) string { return strings.Repeat("x", n) }
	require.Equal(t, "de", locale.For("de,"+pad(1<<20)).String())
	require.Equal(t, "de", locale.For(pad(253)+",de").String(), "256 bytes")
	require.Equal(t, "en", locale.For(pad(254)+",de").String(), "257 bytes")
	require.Equal(t, "de", locale.For("fr;q=0.1,"+pad(244)+",de,ja").String(), "de ends at byte 256")
	require.Equal(t, "fr", locale.For("fr;q=0.1,"+pad(245)+",de,ja").String(), "de would end at byte 257")
	require.Equal(t, "en", locale.For("de"+pad(1<<20)).String())
	require.Equal(t, "en", locale.For(pad(253)+",den").String(), "an entry is not cut in two")
}

// hostileHeaders returns headers of 1 MiB each.
func hostileHeaders() map[string]string {
	const size = 1 << 20
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"underscores": repeat("_"), "hyphens": repeat("-"), "tags": repeat("en-"), "commas": repeat(","), "entries": repeat("de;q=0.1,"),
		"unknown": repeat("xx,"), "extensions": "de-" + repeat("u-co-phonebk-"), "weights": "de;q=" + repeat("1"), "zeros": repeat("\x00"),
		"dots": repeat("."), "modifiers": "de" + repeat("@x"), "semicolons": repeat("de;"),
	}
}

// A long header takes no more memory than the part that is read. BenchmarkFor
// measures the time.
func TestFor_HostileHeaders(t *testing.T) {
	locale.For("de")
	for name, header := range hostileHeaders() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 10 {
			require.NotNil(t, locale.For(header))
		}
		runtime.ReadMemStats(&after)
		require.Less(t, (after.TotalAlloc-before.TotalAlloc)/10, uint64(64<<10), name)
	}
}

func FuzzFor(f *testing.F) {
	for _, seed := range []string{
		"da, en-gb;q=0.8, en;q=0.7", "zh-Hant-HK", "es-419", "*;q=0.5", "de;q=NaN,fr;q=-1,ja;q=1e9", "x_y_z", "i-klingon",
		"de_DE.UTF-8", "sr_RS@latin", "C", "POSIX", "C.UTF-8;q=0.5", "@.;_-",
	} {
		f.Add(seed)
	}
	known := map[language.Tag]bool{}
	for _, tag := range locale.Languages() {
		known[tag] = true
	}
	f.Fuzz(func(t *testing.T, header string) {
		l, ok := locale.Match(header)
		require.True(t, known[l.Language()])
		require.True(t, ok || l.Language() == language.English)
		require.Same(t, l, locale.For(header))
		if ok {
			require.Same(t, l, locale.For("", header, "de"))
		} else {
			require.Equal(t, language.German, locale.For(header, "de").Language())
		}
	})
}

func BenchmarkFor(b *testing.B) {
	locale.For("de")
	headers := hostileHeaders()
	headers["discord"] = "pt-BR"
	headers["browser"] = "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"
	for name, header := range headers {
		b.Run("header="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				locale.For(header)
			}
		})
	}
}
