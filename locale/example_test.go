package locale_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// A Discord bot has the reader's locale in every interaction, and that of the server to fall back on. What a reader typed
// may be echoed, so a bot lets nobody be mentioned.
func Example_discordBot() {
	interaction := struct{ Locale, GuildLocale string }{"pl", "en-US"}
	err := fmt.Errorf("switch: %w", pkerr.TooManyRequests.WithRetryAfter(22*time.Second))

	reply := map[string]any{
		"content":          locale.For(interaction.Locale, interaction.GuildLocale).Message(err),
		"flags":            1 << 6, // for the reader's eyes alone
		"allowed_mentions": map[string]any{"parse": []string{}},
	}
	body, _ := json.Marshal(reply)
	fmt.Println(string(body))
	// Output: {"allowed_mentions":{"parse":[]},"content":"Sporo tego było naraz. Spróbuj ponownie za 22 sekundy.","flags":64}
}

// A web app has the Accept-Language header, and before it perhaps what the user chose.
func Example_webHandler() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		err := pkerr.SystemNotFound // what the API answered
		chosen := r.URL.Query().Get("lang")
		l := locale.For(chosen, r.Header.Get("Accept-Language"))
		w.Header().Set("Content-Language", l.String())
		w.Header().Add("Vary", "Accept-Language")
		http.Error(w, l.Message(err), pkerr.CodeOf(err).Status())
	}

	r := httptest.NewRequest(http.MethodGet, "/systems/abcde", nil)
	r.Header.Set("Accept-Language", "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5")
	w := httptest.NewRecorder()
	handler(w, r)
	fmt.Println(w.Code, w.Header().Get("Content-Language"), w.Body)
	// Output: 404 fr Système introuvable. Vérifie son ID.
}

// A form shows what is wrong beside each field, under the names that the app has for them. html/template escapes the
// texts.
func Example_form() {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 104)
	fields.Invalid("color")
	err := fields.Err() // as decoded by package client

	l := locale.For("es-MX")
	form := template.Must(template.New("").Parse(`<p lang="{{.Language}}">{{.Message}}</p>
{{range $key, $label := .Labels}}{{range index $.Errors $key}}<label>{{$label}} <em>{{.}}</em></label>
{{end}}{{end}}`))
	_ = form.Execute(os.Stdout, map[string]any{
		"Language": l, "Message": l.Message(err), "Errors": l.Fields(err),
		"Labels": map[string]string{"name": "Nombre", "pronouns": "Pronombres", "color": "Color"},
	})
	// Output:
	// <p lang="es-419">Algunos de los datos ingresados no son correctos. Revísalos y vuelve a intentarlo.</p>
	// <label>Color <em>Este valor no es válido. Revísalo.</em></label>
	// <label>Nombre <em>Este texto es demasiado largo. Puede tener como máximo 100 caracteres y ahora tiene 104.</em></label>
}

// A server sends the text beside the English one, to those who ask for a language that there is a catalog for.
func Example_server() {
	failing := server.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return pkerr.MemberNotFound.WithRef("abcde") })
	handler := server.Middleware(server.WithLocalizer(locale.Match))(failing)

	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", "de")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Body)
	// Output: {"message":"Member 'abcde' not found.","localized_message":"Das Mitglied „abcde“ wurde nicht gefunden. Bitte überprüfe den Namen oder die ID.","code":20003}
}

func ExampleFor() {
	fmt.Println(locale.For("zh-TW"))                                // a Discord locale
	fmt.Println(locale.For("da, en-GB;q=0.8, en;q=0.7"))            // an Accept-Language header
	fmt.Println(locale.For("", "tlh", "pt-PT"))                     // the first that there is a catalog for
	fmt.Println(locale.For("tlh"), locale.For("not a tag at all!")) // else English
	// Output:
	// zh-Hant
	// da
	// pt-BR
	// en en
}

func ExampleMatch() {
	l, found := locale.Match("tlh")
	fmt.Println(l, found)
	// Output: en false
}

func ExampleNew() {
	fmt.Println(locale.New(language.LatinAmericanSpanish).Message(pkerr.NotOwnGroup))
	// Output: Este grupo no forma parte de tu sistema.
}

func ExampleLanguages() {
	var tags []string
	for _, tag := range locale.Languages() {
		tags = append(tags, tag.String())
	}
	fmt.Println(strings.Join(tags, " "))
	// Output: en bg cs da de el es es-419 fi fr hi hr hu id it ja ko lt nb nl pl pt-BR ro ru sv th tr uk vi zh zh-Hant
}

// An error that is none of the API's is not shown to a person. Its own text is for the log.
func ExampleLocalizer_Message() {
	l := locale.For("en")
	fmt.Println(l.Message(pkerr.SwitchNotFound))
	fmt.Println(l.Message(pkerr.MakeCode(20011, 404))) // a code that the API adds tomorrow
	fmt.Println(l.Message(errors.New("dial tcp 10.0.0.1:443: connection refused")))
	// Output:
	// This switch couldn't be found.
	// That couldn't be found.
	// Something went wrong. Please try again later.
}

// The API's English text stays in the error, for who asks for help.
func ExampleLocalizer_Message_english() {
	err := error(pkerr.MemberNotFound.WithRef("abcde"))
	fmt.Println(locale.For("nl").Message(err))
	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		fmt.Println(e.Code, e.Message)
	}
	// Output:
	// Het lid “abcde” kon niet worden gevonden. Controleer of de naam of het ID klopt.
	// 20003/404 Member 'abcde' not found.
}

func ExampleLocalizer_Fields() {
	var fields pkerr.Fields
	fields.Required("name")
	fmt.Println(locale.For("sv-SE").Fields(fields.Err()))
	// Output: map[name:[Fyll i det här.]]
}

func ExampleLocalizer_Field() {
	object := pkerr.ErrorObject{Message: "Field name is too long.", MaxLength: new(1000), ActualLength: new(1024)}
	fmt.Println(locale.For("hi").Field("description", object))
	fmt.Println(locale.For("it").Field("description", object))
	// Output:
	// यह बहुत लंबा है। ज़्यादा से ज़्यादा 1,000 कैरेक्टर डाले जा सकते हैं, जबकि इसकी लंबाई 1,024 है।
	// Questo testo è troppo lungo. Può avere al massimo 1000 caratteri e ora ne ha 1024.
}

func ExampleLocalizer_RetryAfter() {
	for _, d := range []time.Duration{1 * time.Second, 3 * time.Second, 90 * time.Second} {
		fmt.Println(locale.For("cs").RetryAfter(d))
	}
	// Output:
	// Zkus to znovu za 1 sekundu.
	// Zkus to znovu za 3 sekundy.
	// Zkus to znovu za 2 minuty.
}

func ExampleLocalizer_Language() {
	// What the texts are in, not what was asked for.
	fmt.Println(locale.For("es-MX").Language())
	// Output: es-419
}
