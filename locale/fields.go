package locale

import (
	"strings"

	"github.com/pkerr/pkerr"
)

// Fields returns what to tell a person about each key of the request that err says is wrong: [Localizer.Field] of all that
// [pkerr.FieldErrors] finds, in the same order. It is nil where there is nothing, and for a nil err. The map is the
// caller's own.
func (l *Localizer) Fields(err error) map[string][]string {
	fields := pkerr.FieldErrors(err)
	if len(fields) == 0 {
		return nil
	}
	texts := make(map[string][]string, len(fields))
	for key, objects := range fields {
		for _, o := range objects {
			texts[key] = append(texts[key], l.Field(key, o))
		}
	}
	return texts
}

// Field returns what to tell a person about one error of the field with a key: that it is too long, with its limit and its
// length; that it is not valid, required, or cannot be empty. The key itself is not in it, for it is no word of the reader's
// language: the text goes beside the field, or behind the name that the app has for it.
//
// Which of them it is, is read from the API's English text, and from a length over the limit. Any other text, such as a
// server's own, has no translation: it is returned as it is, but for control characters and marks that turn the direction
// of writing, and cut to 512 characters.
func (l *Localizer) Field(key string, o pkerr.ErrorObject) string {
	kind := kindOf(o)
	switch kind {
	case tooLong:
		return l.tooLong(key, o)
	case untranslated:
		return printable(o.Message, maxText)
	default:
		return l.start().text(textID{fieldTexts, kind})
	}
}

// The kinds of errors of a field, called as their texts are.
const (
	tooLong      = "too_long"
	invalid      = "invalid"
	required     = "required"
	notNull      = "not_null"
	untranslated = ""
)

// kindOf tells what kind of error o is. The texts are those of the API's server: «Field name is too long.», «Field color is
// invalid.», «Key 'name' is required when creating new member.», «Member name can not be set to null.»
func kindOf(o pkerr.ErrorObject) string {
	text := strings.TrimSuffix(printable(o.Message, maxText), ".")
	exceeds := o.MaxLength != nil && o.ActualLength != nil && *o.ActualLength > *o.MaxLength
	switch {
	case strings.HasPrefix(text, "Field ") && strings.HasSuffix(text, " is invalid"):
		return invalid
	case strings.HasPrefix(text, "Key '") && strings.Contains(text, "' is required"):
		return required
	case strings.HasSuffix(text, " can not be set to null"):
		return notNull
	case strings.HasPrefix(text, "Field ") && strings.HasSuffix(text, " is too long"), exceeds, text == "" && o.MaxLength != nil:
		return tooLong
	case text == "":
		return invalid
	}
	return untranslated
}

// tooLong says that a field is too long, with what is known of the lengths.
func (l *Localizer) tooLong(key string, o pkerr.ErrorObject) string {
	limit, length := -1, -1
	if o.MaxLength != nil {
		limit = *o.MaxLength
	}
	if o.ActualLength != nil {
		length = *o.ActualLength
	}
	if strings.HasPrefix(key, "description_templates[") && length >= 0 && limit > length {
		// Of an item the API has the two swapped.
		limit, length = length, limit
	}
	// Of the list itself the API counts the items.
	isList := key == "description_templates"
	name := "too_long_lengths"
	switch {
	case limit < 0, isList && length < 0:
		return l.start().text(textID{fieldTexts, tooLong})
	case length < 0:
		text, c := l.start().counted(textID{fieldTexts, "too_long_limit"}, limit)
		return fill(text, "max", c.number(limit))
	case isList:
		name = "too_many"
	}
	text, c := l.start().counted(textID{fieldTexts, name}, limit)
	return fill(fill(text, "max", c.number(limit)), "actual", c.number(length))
}
