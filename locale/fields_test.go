package locale_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
)

func TestField(t *testing.T) {
	const (
		invalid  = "This isn't valid. Please check it."
		required = "Please fill this in."
		tooLong  = "This is too long. Please shorten it."
	)
	object := func(message string, lengths ...int) pkerr.ErrorObject {
		o := pkerr.ErrorObject{Message: message}
		if len(lengths) > 0 {
			o.MaxLength = new(lengths[0])
		}
		if len(lengths) > 1 {
			o.ActualLength = new(lengths[1])
		}
		return o
	}
	tests := []struct {
		key  string
		o    pkerr.ErrorObject
		want string
	}{
		{"name", object("Field name is too long.", 100, 101), "This is too long. At most 100 characters are allowed, and this has 101."},
		{"name", object("Field name is too long.", 1, 2), "This is too long. At most 1 character is allowed, and this has 2."},
		{"description", object("Field description is too long.", 1000, 1234567), "This is too long. At most 1,000 characters are allowed, and this has 1,234,567."},
		{"name", object("Field name is too long.", 100), "This is too long. At most 100 characters are allowed."},
		{"name", pkerr.ErrorObject{Message: "Field name is too long.", ActualLength: new(101)}, tooLong},
		{"name", object("Field name is too long."), tooLong},
		{"name", object("Field name is too long.", -1, 5), tooLong},
		{"name", object("Field name is too long.", 5, -1), "This is too long. At most 5 characters are allowed."},
		{"name", object("", 100, 101), "This is too long. At most 100 characters are allowed, and this has 101."},
		{"name", object("Too long!", 100, 101), "This is too long. At most 100 characters are allowed, and this has 101."},
		{"description_templates", object("Field description_templates is too long.", 3, 5), "There are too many entries. At most 3 are allowed, and there are 5."},
		{"description_templates", object("Field description_templates is too long.", 3), tooLong},
		{"description_templates[0]", object("Field description_templates[0] is too long.", 1000, 0), "This is too long. At most 0 characters are allowed, and this has 1,000."},
		{"description_templates[0]", object("Field description_templates[0] is too long.", 1000), "This is too long. At most 1,000 characters are allowed."},
		{"name", object("Field name is too long.", 100, 2), "This is too long. At most 100 characters are allowed, and this has 2."},
		{"name", object("Field name is too long.", 5, 0), "This is too long. At most 5 characters are allowed, and this has 0."},
		{"name", object("Field name is too long.", 0, 2), "This is too long. At most 0 characters are allowed, and this has 2."},
		{"name", object("", 100), "This is too long. At most 100 characters are allowed."},
		{"name", pkerr.ErrorObject{ActualLength: new(100)}, invalid},
		{strings.Repeat("k", 100), object("Field " + strings.Repeat("k", 100) + " is invalid."), invalid},
		{"description_templates[0]", object("Field description_templates[0] is too long.", 1200, 1000), "This is too long. At most 1,000 characters are allowed, and this has 1,200."},
		{"name", object("Field name is too long.", math.MaxInt32, math.MaxInt32), "This is too long. At most 2,147,483,647 characters are allowed, and this has 2,147,483,647."},
		{"color", object("Field color is invalid."), invalid},
		{"color", object("Field color is invalid"), invalid},
		{"color", object(""), invalid},
		{"color", object(" \u202e"), invalid},
		{"name", object("Key 'name' is required when creating new member."), required},
		{"name", object("Key 'name' is required when creating new group."), required},
		{"timestamp", object("Key 'timestamp' is required."), required},
		{"name", object("Member name can not be set to null."), "This can't be left empty."},
		{"name", object("Group name can not be set to null."), "This can't be left empty."},
		{"pronouns", object("Pick one of the list."), "Pick one of the list."},
		{"pronouns", object("Your pronouns are short.", 100), "Your pronouns are short."},
		{"pronouns", object("Your pronouns are short.", 100, 2), "Your pronouns are short."},
		{"pronouns", object("Your pronouns are short.", 100, 100), "Your pronouns are short."},
		{"pronouns", pkerr.ErrorObject{Message: "Your pronouns are short.", ActualLength: new(2)}, "Your pronouns are short."},
		{"pronouns", object("Your name is too long."), "Your name is too long."},
		{"pronouns", object("Field name is too long, says Bob."), "Field name is too long, says Bob."},
		{"pronouns", object("Your name is invalid."), "Your name is invalid."},
		{"pronouns", object("Field x is invalid, says Bob."), "Field x is invalid, says Bob."},
		{"pronouns", object("Field x is invalid..."), "Field x is invalid..."},
		{"pronouns", object("A key' is required."), "A key' is required."},
		{"pronouns", object("Key 'a' and b is required."), "Key 'a' and b is required."},
		{"pronouns", object("It can not be set to null here."), "It can not be set to null here."},
		{"pronouns", object("a\nb\u202ec"), "a bc"},
		{"pronouns", object(strings.Repeat("x", 513)), strings.Repeat("x", 512) + "…"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, locale.For("en").Field(tt.key, tt.o), "%s %v", tt.key, tt.o)
	}
}

// Numbers are written by the rules of the language.
func TestField_Numbers(t *testing.T) {
	o := pkerr.ErrorObject{MaxLength: new(1000), ActualLength: new(1234567)}
	for preference, want := range map[string][2]string{
		"en": {"1,000", "1,234,567"}, "de": {"1.000", "1.234.567"}, "fr": {"1\u00a0000", "1\u00a0234\u00a0567"}, "hi": {"1,000", "12,34,567"},
		"es": {"1000", "1.234.567"}, "es-MX": {"1,000", "1,234,567"}, "no": {"1\u00a0000", "1\u00a0234\u00a0567"},
	} {
		text := locale.For(preference).Field("name", o)
		require.Contains(t, text, want[0], preference)
		require.Contains(t, text, want[1], preference)
	}
}

// textsOf returns the texts of Fields by key, and its keys in order.
func textsOf(l *locale.Localizer, err error) (texts map[string][]string, keys []string) {
	texts = map[string][]string{}
	for key, text := range l.Fields(err) {
		texts[key] = append(texts[key], text)
		keys = append(keys, key)
	}
	return texts, keys
}

// Every language has a text for each error that the root package can build.
func TestFields_EveryLanguage(t *testing.T) {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 123)
	fields.Invalid("name")
	fields.Required("name")
	fields.Add("name", pkerr.ErrorObject{Message: "Member name can not be set to null."})
	fields.TooLong("description_templates", 100, 123)
	err := fmt.Errorf("wrapped: %w", fields.Err())
	for _, tag := range locale.Languages() {
		texts, _ := textsOf(locale.New(tag), err)
		require.Len(t, texts, 2)
		require.Len(t, texts["name"], 4)
		seen := map[string]bool{}
		for _, text := range append(texts["name"], texts["description_templates"]...) {
			require.NotEmpty(t, text)
			require.NotContains(t, text, "{")
			require.False(t, seen[text], "%v says %q twice", tag, text)
			seen[text] = true
		}
		for _, text := range []string{texts["name"][0], texts["description_templates"][0]} {
			require.Contains(t, text, "100", "%v", tag)
			require.Contains(t, text, "123", "%v", tag)
		}
	}
}

func TestFields_InOrder(t *testing.T) {
	var fields pkerr.Fields
	want := []string{"", "Zoe", "a", "a", "b", "color", "name", "z", "\u00e4"} // by byte
	for _, key := range []string{"z", "\u00e4", "a", "name", "", "color", "b", "Zoe", "a"} {
		fields.Invalid(key)
	}
	for range 20 { // the order of a map varies
		_, keys := textsOf(locale.For("en"), fields.Err())
		require.Equal(t, want, keys)
	}
	// A loop can stop early, and the iterator can be used again.
	all := locale.For("en").Fields(fields.Err())
	for range 2 {
		for key := range all {
			require.Empty(t, key)
			break
		}
	}
}

func TestFields_None(t *testing.T) {
	for _, err := range []error{nil, errors.New("x"), pkerr.ModelParse, (*pkerr.Error)(nil)} {
		texts, _ := textsOf(locale.For("en"), err)
		require.Empty(t, texts)
	}
}
