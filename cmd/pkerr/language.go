package main

import (
	"strings"

	"github.com/pkerr/pkerr/locale"
)

// reader is who reads the output: a language, and whether texts in it are wanted beside the English ones.
type reader struct {
	*locale.Localizer

	wanted bool
}

// readerOf returns the reader for the value of --lang or, where that is empty, for the environment.
func readerOf(lang string, env func(string) string) (reader, error) {
	if lang != "" {
		l, ok := locale.Match(lang)
		if !ok {
			return reader{}, usagef("there are no texts in the language "+quote(lang), wrapped("there are: "+
				strings.Join(languages(), ", "), width-len("  "))...)
		}
		return reader{l, true}, nil
	}
	l := locale.For(environmentLanguage(env))
	return reader{l, l.String() != locale.For().String()}, nil
}

// environmentLanguage returns the language of the environment as a tag, "" where there is none: "de_DE.UTF-8" is "de-DE".
func environmentLanguage(env func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		// As POSIX has it, the first that is set counts, whatever it is.
		value := env(name)
		if value == "" {
			continue
		}
		value, _, _ = strings.Cut(value, "@")
		value, _, _ = strings.Cut(value, ".")
		if value == "C" || value == "POSIX" {
			return ""
		}
		return strings.ReplaceAll(value, "_", "-")
	}
	return ""
}

// languages returns the tags of all languages.
func languages() []string {
	all := locale.Languages()
	tags := make([]string, 0, len(all))
	for _, tag := range all {
		tags = append(tags, tag.String())
	}
	return tags
}
