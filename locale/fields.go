package locale

import (
	"iter"
	"strings"

	"github.com/pkerr/pkerr"
)

// Fields returns an iterator over the invalid keys of the request that err
// reports, each with the text to show to the user. The keys are in byte order.
// A key with several errors is yielded once for each error.
//
// The errors come from [pkerr.FieldErrors], and the texts from
// [Localizer.Field]. A nil err has no keys.
func (l *Localizer) Fields(err error) iter.Seq2[string, string] {
	fields := pkerr.FieldErrors(err)
	return func(yield func(key, text string) bool) {
		for key, o := range fields.All() {
			if !yield(key, l.Field(key, o)) {
				return
			}
		}
	}
}

// Field returns what to tell the user about the error o of the field key: that
// it is too long, with its limit and length; or that it is invalid, required,
// or cannot be empty. The text does not contain the key, which is not a word of
// the user's language. Show it beside the field, or after the field's name.
//
// Field recognizes the kind of error by the API's English text, or by a length
// above the limit. Any other text, such as another server's, cannot be
// translated. It is returned without control characters and marks that change
// the direction of writing, and cut to 512 characters.
func (l *Localizer) Field(key string, o pkerr.ErrorObject) string {
	kind := kindOf(o)
	switch kind {
	case tooLong:
		return l.tooLong(key, o)
	case untranslated:
		return printable(o.Message, maxText)
	default:
		return l.orEnglish().textOrEnglish(textID{fieldSection, kind})
	}
}

// The kinds of field errors. Each is also the name of its text.
const (
	tooLong      = "too_long"
	invalid      = "invalid"
	required     = "required"
	notNull      = "not_null"
	untranslated = ""
)

// kindOf returns the kind of o. The API's texts are "Field name is too long.",
// "Field color is invalid.", "Key 'name' is required when creating new member."
// and "Member name can not be set to null.", without the quotation marks.
func kindOf(o pkerr.ErrorObject) string {
	text := strings.TrimSuffix(printable(o.Message, maxText), ".")
	exceeds := o.MaxLength != nil && o.ActualLength != nil && *o.ActualLength > *o.MaxLength
	isField := strings.HasPrefix(text, "Field ")
	switch {
	case isField && strings.HasSuffix(text, " is invalid"):
		return invalid
	case strings.HasPrefix(text, "Key '") && strings.Contains(text, "' is required"):
		return required
	case strings.HasSuffix(text, " can not be set to null"):
		return notNull
	case isField && strings.HasSuffix(text, " is too long"), exceeds:
		return tooLong
	case text == "" && o.MaxLength != nil:
		return tooLong
	case text == "":
		return invalid
	}
	return untranslated
}

// tooLong returns the text for a field that is too long, with the lengths that
// are known.
func (l *Localizer) tooLong(key string, o pkerr.ErrorObject) string {
	limit, length := -1, -1
	if o.MaxLength != nil {
		limit = *o.MaxLength
	}
	if o.ActualLength != nil {
		length = *o.ActualLength
	}
	if strings.HasPrefix(key, "description_templates[") && length >= 0 && limit > length {
		// For the items of this list, the API swaps the limit and the length.
		limit, length = length, limit
	}
	// For the list itself, the API counts items.
	isList := key == "description_templates"
	c, name := l.orEnglish(), "too_long_lengths"
	switch {
	case limit < 0, isList && length < 0:
		return c.textOrEnglish(textID{fieldSection, tooLong})
	case length < 0:
		name = "too_long_limit"
	case isList:
		name = "too_many"
	}
	text, from := c.form(textID{fieldSection, name}, limit)
	text = fill(text, "max", from.number(limit))
	if length >= 0 {
		text = fill(text, "actual", from.number(length))
	}
	return text
}
