package locale_test

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// Every interaction has the locales of the user and of the guild.
func Example_discordBot() {
	interaction := struct{ Locale, GuildLocale string }{"pl", "en-US"}
	err := fmt.Errorf("switch: %w", pkerr.TooManyRequests.WithRetryAfter(22*time.Second))

	fmt.Println(locale.For(interaction.Locale, interaction.GuildLocale).Message(err))
	// Output: Sporo tego było naraz. Spróbuj ponownie za 22 sekundy.
}

var punctuation = regexp.MustCompile(`[[:punct:]]`)

// escapeMarkdown puts a backslash before each punctuation mark. Discord then
// shows the text as is, without Markdown, links and mentions.
func escapeMarkdown(text string) string { return punctuation.ReplaceAllString(text, `\$0`) }

// A text can contain a name that a user typed. Escaping keeps it from being
// formatted, and allowed_mentions keeps it from notifying anyone.
func Example_escapeForDiscord() {
	err := pkerr.MemberNotFound.WithRef("**Zoe** <@1> https://evil.example")
	reply := map[string]any{
		"content":          escapeMarkdown(locale.For("de").Message(err)),
		"allowed_mentions": map[string]any{"parse": []string{}},
		"flags":            1 << 6, // only the user sees it
	}
	fmt.Println(reply["content"])
	// Output: Das Mitglied „\*\*Zoe\*\* \<\@1\> https\:\/\/evil\.example“ wurde nicht gefunden\. Bitte überprüfe den Namen oder die ID\.
}

// A web app uses the user's choice, or else the Accept-Language header.
func Example_webHandler() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		err := pkerr.SystemNotFound // from the API
		choice := r.URL.Query().Get("lang")
		l := locale.For(choice, r.Header.Get("Accept-Language"))
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

// A command uses the environment. The first variable that is set counts.
func Example_command() {
	environment := map[string]string{"LC_MESSAGES": "de_DE.UTF-8", "LANG": "en_US.UTF-8"}

	l := locale.For(environment["LC_ALL"], environment["LC_MESSAGES"], environment["LANG"])
	fmt.Println(l.Message(pkerr.NotOwnGroup))
	// Output: Diese Gruppe gehört nicht zu deinem System.
}

// A form shows the errors beside each field, with the app's own labels.
// html/template escapes the texts.
func Example_form() {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 104)
	fields.Invalid("color")
	err := fields.Err() // as package client decodes it

	l := locale.For("es-MX")
	texts := map[string][]string{}
	for key, text := range l.Fields(err) {
		texts[key] = append(texts[key], text)
	}
	form := template.Must(template.New("").Parse(`<p lang="{{.Language}}">{{.Message}}</p>
{{range $key, $label := .Labels}}{{range index $.Texts $key}}<label>{{$label}} <em>{{.}}</em></label>
{{end}}{{end}}`))
	_ = form.Execute(os.Stdout, map[string]any{
		"Language": l, "Message": l.Message(err), "Texts": texts,
		"Labels": map[string]string{"name": "Nombre", "pronouns": "Pronombres", "color": "Color"},
	})
	// Output:
	// <p lang="es-419">Algunos de los datos ingresados no son correctos. Revísalos y vuelve a intentarlo.</p>
	// <label>Color <em>Este valor no es válido. Revísalo.</em></label>
	// <label>Nombre <em>Este texto es demasiado largo. Puede tener como máximo 100 caracteres y ahora tiene 104.</em></label>
}

// A server sends the text beside the English one, if the client asks for a
// language that has a catalog.
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
