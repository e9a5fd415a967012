package locale_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
)

func ExampleFor() {
	fmt.Println(locale.For("zh-TW"))                                // a Discord locale
	fmt.Println(locale.For("da, en-GB;q=0.8, en;q=0.7"))            // an Accept-Language header
	fmt.Println(locale.For("pt_BR.UTF-8"))                          // a POSIX locale
	fmt.Println(locale.For("", "tlh", "nn-NO"))                     // the first with a catalog
	fmt.Println(locale.For("tlh"), locale.For("not a tag at all!")) // English by default
	// Output:
	// zh-Hant
	// da
	// pt-BR
	// nb
	// en en
}

func ExampleMatch() {
	l, ok := locale.Match("tlh")
	fmt.Println(l, ok)
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

// An error that does not come from the API gets a general text. Its own text is
// for the log.
func ExampleLocalizer_Message() {
	l := locale.For("en")
	fmt.Println(l.Message(pkerr.SwitchNotFound))
	fmt.Println(l.Message(pkerr.MakeCode(29999, 404))) // a code that the API adds later
	fmt.Println(l.Message(errors.New("config: missing key")))
	// Output:
	// This switch couldn't be found.
	// That couldn't be found.
	// Something went wrong. Please try again later.
}

// The API's English text stays in the error, for logs and for support.
func ExampleLocalizer_Message_english() {
	err := error(pkerr.MemberNotFound.WithRef("abcde"))
	fmt.Println(locale.For("nl").Message(err))
	if e, ok := errors.AsType[*pkerr.Error](err); ok {
		fmt.Println(e.Code.Number(), e.Message)
	}
	// Output:
	// Het lid “abcde” kon niet worden gevonden. Controleer of de naam of het ID klopt.
	// 20003 Member 'abcde' not found.
}

// The keys are in order. A key with several errors is yielded once for each of
// them.
func ExampleLocalizer_Fields() {
	var fields pkerr.Fields
	fields.Required("timestamp")
	fields.TooLong("name", 100, 120)
	fields.Invalid("color")

	labels := map[string]string{"color": "Färg", "name": "Namn", "timestamp": "Tid"}
	for key, text := range locale.For("sv-SE").Fields(fields.Err()) {
		fmt.Println(labels[key]+":", text)
	}
	// Output:
	// Färg: Det här är inte giltigt. Kontrollera det du har angett.
	// Namn: Det här är för långt. Det får vara högst 100 tecken och är nu 120.
	// Tid: Fyll i det här.
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

// Language returns the language of the texts, which can differ from the
// preference.
func ExampleLocalizer_Language() {
	fmt.Println(locale.For("es-MX").Language())
	// Output: es-419
}
