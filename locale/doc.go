// Package locale says PluralKit's API errors to people, in their own language:
//
//	locale.For(interaction.Locale, guild.Locale).Message(err) // a Discord bot
//	locale.For(r.Header.Get("Accept-Language")).Message(err)  // a web app
//
// No native speaker has reviewed these catalogs yet: bg, cs, da, de, el, en, es, es-419, fi, fr, hi, hr, hu, id, it, ja, ko, lt,
// nb, nl, pl, pt-BR, ro, ru, sv, th, tr, uk, vi, zh, zh-Hant. A second reader has translated each of them back into English
// without having seen the source; a few texts have changed since. Corrections are welcome; CONTRIBUTING.md tells how to make
// one, and how to add a language.
//
// [For] finds the language, and [Localizer] the words: [Localizer.Message] for the error as a whole, [Localizer.Fields]
// and [Localizer.Field] for what is wrong with each field of a form, [Localizer.RetryAfter] for how long to wait. The
// API's English text and the code stay in the error, for logs and for those who are asked for help.
//
// There are texts for every language that Discord offers. [Languages] lists them. What a catalog lacks is read from that of
// its parent language, such as es for es-419, and else from the English one. A catalog is read when its language is first
// used, and everything in this package is safe for concurrent use.
//
// A server can send these texts beside the English ones: see WithLocalizer in package server.
//
// # What it costs
//
// This package uses golang.org/x/text, for the choice of the language, the plural forms and the numbers. A program for
// linux/amd64 that uses package client and encoding/json grows by 0.66 MB with it, 0.87 MB with debug information (Go 1.26,
// x/text v0.43.0); 0.17 MB of that are the texts. Programs that do not import this package carry nothing of it.
package locale
