package locale

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// catalogFiles holds the texts, one file a language, named for its tag.
//
//go:embed catalogs/*.json
var catalogFiles embed.FS

// theShelf is not a sync.OnceValue, which would be made when the program starts.
//
//nolint:gochecknoglobals // It is written once, by shipped.
var theShelf struct {
	sync.Once
	*shelf
}

// shipped returns the catalogs of this package.
func shipped() *shelf {
	theShelf.Do(func() {
		files, _ := fs.Sub(catalogFiles, "catalogs") // fails for a malformed path alone
		theShelf.shelf = newShelf(files)
	})
	return theShelf.shelf
}

// A catalog has the texts in one language.
type catalog struct {
	tag    language.Tag
	parent *catalog // has the texts that this one lacks; nil for English
	open   func() opened
}

// opened is what a catalog has once it has been read.
type opened struct {
	texts   map[textID]forms
	numbers *message.Printer

	// smallestGrouped is the smallest number that is written with separators.
	smallestGrouped int
}

// A textID names a text: the section of the file that it stands in, and its name there.
type textID struct{ section, name string }

// The sections. The text for whatever has none of its own stands outside of them.
const (
	codeTexts    = "codes"
	fieldTexts   = "fields"
	waitTexts    = "wait"
	generalTexts = "general"
)

// forms are the plural forms of one text. A text that has no number in it has the form for all others alone.
type forms map[plural.Form]string

// newCatalog returns a catalog whose file is read when the first text is asked of it.
func newCatalog(files fs.FS, name string, tag language.Tag) *catalog {
	return &catalog{tag: tag, open: sync.OnceValue(func() opened {
		// A file that cannot be read is one without texts: the parent has them. The tests see to it that there is none.
		data, _ := fs.ReadFile(files, name)
		o, _ := parse(data)
		o.numbers = message.NewPrinter(tag)
		return o
	})}
}

// parse reads the file of a catalog, but for what x/text knows.
func parse(data []byte) (opened, error) {
	var file struct {
		ReviewedByNativeSpeaker bool             `json:"reviewed_by_native_speaker"`
		MinimumGroupingDigits   int              `json:"minimum_grouping_digits"` // CLDR's, which x/text does not have; 1 where absent
		General                 forms            `json:"general"`
		Codes                   map[string]forms `json:"codes"`
		Fields                  map[string]forms `json:"fields"`
		Wait                    map[string]forms `json:"wait"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return opened{}, err
	}
	texts := make(map[textID]forms)
	if file.General != nil {
		texts[textID{section: generalTexts}] = file.General
	}
	for section, named := range map[string]map[string]forms{codeTexts: file.Codes, fieldTexts: file.Fields, waitTexts: file.Wait} {
		for name, text := range named {
			texts[textID{section, name}] = text
		}
	}
	o := opened{texts: texts}
	if file.MinimumGroupingDigits == 2 {
		o.smallestGrouped = 10_000 // two digits before a group of three
	}
	return o, nil
}

// UnmarshalJSON reads a string, or an object with a string for each plural form.
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

// find returns a text, and the catalog that has it: c, or the nearest of its parents. Numbers go into the text by the rules
// of that one. Where none has it, the text has no form.
func (c *catalog) find(id textID) (forms, *catalog) {
	for {
		text, found := c.open().texts[id]
		if found || c.parent == nil {
			return text, c
		}
		c = c.parent
	}
}

// text returns a text without a number in it; "" where there is none.
func (c *catalog) text(id textID) string {
	text, _ := c.find(id)
	return text[plural.Other]
}

// counted returns the form of a text that goes with n, which is not negative, and the catalog that has it.
func (c *catalog) counted(id textID, n int) (string, *catalog) {
	text, c := c.find(id)
	if s, found := text[plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0)]; found {
		return s, c
	}
	return text[plural.Other], c
}

// number writes n with the digits and separators of the language.
func (c *catalog) number(n int) string {
	o := c.open()
	if n < o.smallestGrouped {
		return o.numbers.Sprint(number.Decimal(n, number.NoSeparator()))
	}
	return o.numbers.Sprint(n)
}

// fill puts a value where a placeholder is.
func fill(text, placeholder, value string) string {
	return strings.ReplaceAll(text, "{"+placeholder+"}", value)
}
