package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pkerr/pkerr/internal/reference"
)

// compare returns the differences between a checkout and the table, one
// sentence each.
func compare(c *checkout) []string {
	return slices.Concat(compareErrors(c), comparePage(c), compareRoutes(c))
}

func compareErrors(c *checkout) (all []string) {
	defined := map[reference.Code]bool{}
	for _, e := range c.errors {
		defined[e.code] = true
		row, ok := reference.Of(e.code)
		switch {
		case !ok && announced(e.code):
			all = append(all, fmt.Sprintf("%v: in %s, but in the table it is "+
				"announced as not released", e.code, e.at))
		case !ok:
			all = append(all, fmt.Sprintf("%v: in %s (%q), not in the table",
				e.code, e.at, e.message))
		case !says(&row, e.message):
			all = append(all, fmt.Sprintf("%v: the message is %q in %s, %q in the table",
				e.code, e.message, e.at, row.Message))
		}
	}
	for row := range reference.Codes() {
		if row.Code.Number() != 0 && !defined[row.Code] {
			all = append(all, fmt.Sprintf("%v: in the table, not in %s", row.Code, errorsFile))
		}
	}
	return all
}

// says reports whether the API sends a message with a code, according to the
// table.
func says(row *reference.Entry, message string) bool {
	return row.Message == message ||
		slices.ContainsFunc(row.Variants, func(v string) bool { return matches(v, message) })
}

func comparePage(c *checkout) (all []string) {
	listed := map[reference.Code]bool{}
	for _, r := range c.page {
		listed[r.code] = true
		row, ok := reference.Of(r.code)
		switch {
		case !ok:
			all = append(all, fmt.Sprintf("%v: on the page (%s), not in the table", r.code, r.at))
		case row.Page == "":
			all = append(all, fmt.Sprintf("%v: on the page (%s), but the table says that it is not",
				r.code, r.at))
		case !matches(row.Page, r.meaning):
			all = append(all, fmt.Sprintf("%v: the page says %q (%s), by the table %q",
				r.code, r.meaning, r.at, row.Page))
		}
	}
	for row := range reference.Codes() {
		if row.Documented() && !listed[row.Code] {
			all = append(all, fmt.Sprintf("%v: by the table on the page, but not in %s",
				row.Code, pageFile))
		}
	}
	return all
}

func compareRoutes(c *checkout) (all []string) {
	known := map[string]bool{}
	for e := range reference.Endpoints() {
		known[unnamed(e.String())] = true
	}
	waiting := map[string]bool{}
	for a := range reference.Announced() {
		for _, e := range a.Endpoints {
			waiting[unnamed(e)] = true
		}
	}
	served := map[string]bool{}
	for _, r := range c.routes {
		if served[r.endpoint] {
			continue
		}
		served[r.endpoint] = true
		switch {
		case known[r.endpoint]:
		case waiting[r.endpoint]:
			all = append(all, fmt.Sprintf("%s: in %s, but in the table it is "+
				"announced as not released", r.endpoint, r.at))
		default:
			all = append(all, fmt.Sprintf("%s: in %s, not in the table", r.endpoint, r.at))
		}
	}
	for e := range reference.Endpoints() {
		if !served[unnamed(e.String())] {
			all = append(all, fmt.Sprintf("%s: in the table, not in %s or %s",
				&e, routerFile, controllers))
		}
	}
	return all
}

func announced(c reference.Code) bool {
	for a := range reference.Announced() {
		if slices.Contains(a.Codes, c) {
			return true
		}
	}
	return false
}

// matches reports whether a text matches a pattern, in which an ellipsis stands
// for any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(text)
}
