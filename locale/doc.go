// Package locale translates PluralKit's API errors for users:
//
//	locale.For(interaction.Locale, guild.Locale).Message(err) // a Discord bot
//	locale.For(r.Header.Get("Accept-Language")).Message(err)  // a web app
//	locale.For(os.Getenv("LANG")).Message(err)                // a command
//
// [For] chooses the language and returns a [Localizer]. [Localizer.Message]
// returns the text for an error as a whole. [Localizer.Fields] and
// [Localizer.Field] return the texts for the fields of a form, and
// [Localizer.RetryAfter] returns how long to wait. The code and the API's
// English text stay in the error, for logs and for support.
//
// There are texts for every language that Discord offers; [Languages] lists
// them. If a catalog has no text for a code, its text for the code's class is
// used. The catalogs are read on first use. Everything in this package is safe
// for concurrent use.
//
// A text can contain a name that a user typed, so escape it for the place where
// it is shown: html/template does that for HTML, and an example does it for
// Discord.
//
// An application can add its own texts and codes by embedding a Localizer.
// WithLocalizer of package server makes a server send the texts beside the
// English ones.
//
// # Translations
//
// No native speaker has reviewed these catalogs yet: bg, cs, da, de, el, en,
// es, es-419, fi, fr, hi, hr, hu, id, it, ja, ko, lt, nb, nl, pl, pt-BR, ro,
// ru, sv, th, tr, uk, vi, zh, zh-Hant. Corrections are welcome; CONTRIBUTING.md
// explains how to make one, and how to add a language.
//
// # Size
//
// This package uses golang.org/x/text. It adds about 0.7 MB to a program that
// already uses package client.
package locale
