package locale

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// A catalog holds the texts of one language.
type catalog struct {
	tag     language.Tag
	parent  *catalog // of the language that this is a regional form of, or nil
	english *catalog // nil for English itself
	content func() content
}

// content is the content of a catalog's file.
type content struct {
	texts   map[textID]forms
	numbers *message.Printer

	// smallestGrouped is the smallest number that is written with separators.
	smallestGrouped int
}

// A textID is the section of a text and its name there.
type textID struct{ section, name string }

// The sections of a file. The general text has no name.
const (
	codeSection    = "codes"
	fieldSection   = "fields"
	waitSection    = "wait"
	generalSection = "general"
)

// forms are the plural forms of a text. A text without a number has only the
// form Other.
type forms map[plural.Form]string

// newCatalog returns a new catalog, which reads its file on first use.
func newCatalog(files fs.FS, name string, tag language.Tag) *catalog {
	return &catalog{tag: tag, content: sync.OnceValue(func() content {
		// A file that cannot be read has no texts, so English is used. The
		// tests check that all can be read.
		data, _ := fs.ReadFile(files, name)
		read, _ := parse(data)
		read.numbers = message.NewPrinter(tag)
		return read
	})}
}

// parse reads the file of a catalog. It does not set numbers.
func parse(data []byte) (content, error) {
	var file struct {
		ReviewedByNativeSpeaker bool `json:"reviewed_by_native_speaker"`

		// MinimumGroupingDigits comes from CLDR, because x/text does not have
		// it. If absent, it is 1.
		MinimumGroupingDigits int `json:"minimum_grouping_digits"`

		General forms            `json:"general"`
		Codes   map[string]forms `json:"codes"`
		Fields  map[string]forms `json:"fields"`
		Wait    map[string]forms `json:"wait"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return content{}, err
	}
	texts := make(map[textID]forms)
	if file.General != nil {
		texts[textID{section: generalSection}] = file.General
	}
	for section, named := range map[string]map[string]forms{
		codeSection: file.Codes, fieldSection: file.Fields, waitSection: file.Wait,
	} {
		for name, text := range named {
			texts[textID{section, name}] = text
		}
	}
	read := content{texts: texts}
	if file.MinimumGroupingDigits == 2 {
		read.smallestGrouped = 10_000 // two digits and a group of three
	}
	return read, nil
}

// UnmarshalJSON reads a string, or an object with a string for each plural
// form.
func (f *forms) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		var text string
		err := json.Unmarshal(data, &text)
		*f = forms{plural.Other: text}
		return err
	}
	var object struct {
		Zero  *string `json:"zero"`
		One   *string `json:"one"`
		Two   *string `json:"two"`
		Few   *string `json:"few"`
		Many  *string `json:"many"`
		Other *string `json:"other"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&object); err != nil {
		return err
	}
	*f = make(forms)
	for form, text := range map[plural.Form]*string{
		plural.Zero: object.Zero, plural.One: object.One, plural.Two: object.Two,
		plural.Few: object.Few, plural.Many: object.Many, plural.Other: object.Other,
	} {
		if text != nil {
			(*f)[form] = *text
		}
	}
	return nil
}

// find returns the text of c or of its nearest parent with that text, and the
// catalog that has it. It returns nil and nil if there is none.
func (c *catalog) find(id textID) (forms, *catalog) {
	for ; c != nil; c = c.parent {
		if text, ok := c.content().texts[id]; ok {
			return text, c
		}
	}
	return nil, nil
}

// findOrEnglish is like find, with the English text as the last resort. The
// catalog is never nil.
func (c *catalog) findOrEnglish(id textID) (forms, *catalog) {
	for _, start := range [...]*catalog{c, c.english} {
		if text, from := start.find(id); from != nil {
			return text, from
		}
	}
	return nil, c
}

// text returns a text without a number, or "" if neither c nor a parent has it.
func (c *catalog) text(id textID) string {
	text, _ := c.find(id)
	return text[plural.Other]
}

// textOrEnglish is like text, with the English text as the last resort.
func (c *catalog) textOrEnglish(id textID) string {
	text, _ := c.findOrEnglish(id)
	return text[plural.Other]
}

// form returns the form of a text for n, which must not be negative, and the
// catalog that has the text. Numbers in the text must be written by the rules
// of that catalog.
func (c *catalog) form(id textID, n int) (string, *catalog) {
	text, from := c.findOrEnglish(id)
	if s, ok := text[plural.Cardinal.MatchPlural(from.tag, n, 0, 0, 0, 0)]; ok {
		return s, from
	}
	return text[plural.Other], from
}

// number returns n with the digits and separators of the language.
func (c *catalog) number(n int) string {
	rules := c.content()
	if n < rules.smallestGrouped {
		return rules.numbers.Sprint(number.Decimal(n, number.NoSeparator()))
	}
	return rules.numbers.Sprint(n)
}

// fill returns text with value in place of a placeholder.
func fill(text, placeholder, value string) string {
	return strings.ReplaceAll(text, "{"+placeholder+"}", value)
}
