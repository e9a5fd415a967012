package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr/internal/reference"
)

// renderREADME returns the README with up-to-date generated parts: the rows
// between its two markers, the number of plain codes, and the number of
// languages. The first marker names the codes.
func renderREADME(readme string, languages int) ([]byte, error) {
	rows := regexp.MustCompile(`(?s)(<!-- codes: ([^>]*) -->\n)(.*?)(<!-- end of codes -->\n)`)
	parts := rows.FindStringSubmatch(readme)
	if parts == nil {
		return nil, errors.New("README.md has no rows " +
			"between <!-- codes: ... --> and <!-- end of codes -->")
	}
	table, err := readmeTable(strings.Fields(parts[2]))
	if err != nil {
		return nil, err
	}
	readme = strings.Replace(readme, parts[0], parts[1]+table+parts[4], 1)

	plainCodes := 0
	for e := range reference.Codes() {
		if e.Code.Number() == 0 {
			plainCodes++
		}
	}
	for _, count := range []struct{ pattern, text string }{
		{`\bis 0 for [a-z0-9]+\b`, "is 0 for " + number(plainCodes)},
		{`\bin \d+ languages\b`, fmt.Sprintf("in %d languages", languages)},
	} {
		pattern := regexp.MustCompile(count.pattern)
		if !pattern.MatchString(readme) {
			return nil, fmt.Errorf("README.md does not say %q", count.text)
		}
		readme = pattern.ReplaceAllString(readme, count.text)
	}
	return []byte(readme), nil
}

// readmeTable returns the rows of the codes with these names.
func readmeTable(names []string) (string, error) {
	var out strings.Builder
	out.WriteString("| number | status | constant | message | refines |\n|---|---|---|---|---|\n")
	found := 0
	for e := range reference.Codes() {
		for _, name := range names {
			if e.Name != name {
				continue
			}
			found++
			base := ""
			if e.Base != "" {
				base = "`" + e.Base + "`"
			}
			fmt.Fprintf(&out, "| %d | %d | `%s` | %s | %s |\n",
				e.Code.Number(), e.Code.Status(), e.Name, e.Message, base)
		}
	}
	if found != len(names) {
		return "", fmt.Errorf("README.md lists %d codes of which %d are in the table: %v",
			len(names), found, names)
	}
	return out.String(), nil
}

// number returns n as in prose: in words up to twelve.
func number(n int) string {
	words := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve")
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}
