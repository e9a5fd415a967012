package locale_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
	"github.com/pkerr/pkerr/server"
)

// AvatarRejected is a code of the application. It matches pkerr.Forbidden.
const AvatarRejected pkerr.Code = 900001_403

// appTexts has the application's texts: for its own code, and for one of the
// API's.
var appTexts = map[string]map[pkerr.Code]string{
	"en": {
		AvatarRejected: "Our moderators rejected this avatar.",
		pkerr.Gone:     "Please reload the page.",
	},
	"de": {
		AvatarRejected: "Unser Moderationsteam hat diesen Avatar abgelehnt.",
		pkerr.Gone:     "Bitte lade die Seite neu.",
	},
}

// appLocalizer is a Localizer that prefers the application's texts.
type appLocalizer struct{ *locale.Localizer }

// matchApp is like locale.Match, but returns an appLocalizer.
func matchApp(preferences ...string) (appLocalizer, bool) {
	l, ok := locale.Match(preferences...)
	return appLocalizer{l}, ok
}

func (l appLocalizer) Message(err error) string {
	if text, ok := appTexts[l.String()][pkerr.CodeOf(err)]; ok {
		return text
	}
	return l.Localizer.Message(err)
}

// An application adds its own texts and codes by embedding a Localizer. A
// language without its text falls back to the text for the code's class.
func Example_embedding() {
	for _, preference := range []string{"en-GB", "de-AT", "fr"} {
		l, _ := matchApp(preference)
		fmt.Println(l.Message(fmt.Errorf("upload: %w", AvatarRejected)))
	}
	l, _ := matchApp("de")
	fmt.Println(l.Message(pkerr.Gone))
	fmt.Println(l.Message(pkerr.NotOwnMember))

	// A server sends these texts, too.
	failing := server.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return AvatarRejected.WithMessage("Avatar rejected.")
	})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", "de")
	w := httptest.NewRecorder()
	server.Middleware(server.WithLocalizer(matchApp))(failing).ServeHTTP(w, r)
	fmt.Println(w.Body)
	// Output:
	// Our moderators rejected this avatar.
	// Unser Moderationsteam hat diesen Avatar abgelehnt.
	// Tu n’as pas la permission de faire ça.
	// Bitte lade die Seite neu.
	// Dieses Mitglied gehört nicht zu deinem System.
	// {"message":"Avatar rejected.","localized_message":"Unser Moderationsteam hat diesen Avatar abgelehnt.","code":900001}
}
