package main

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkerr/pkerr/internal/reference"
)

// The parts of the source that are read.
const (
	errorsFile  = "PluralKit.API/Errors.cs"
	controllers = "PluralKit.API/Controllers/v2"
	routerFile  = "crates/api/src/main.rs"
	pageFile    = "docs/content/api/errors.md"
)

// checkout is what was read from a checkout of the API's source.
type checkout struct {
	errors []sourceError
	routes []route
	page   []pageRow
}

// sourceError is an error that the source defines.
type sourceError struct {
	code    reference.Code
	message string
	at      string // file:line
}

// route is a method and a path without its version. Parameters have no names:
// "GET /systems/{}".
type route struct {
	endpoint string
	at       string
}

// pageRow is a row of the table on the API's page.
type pageRow struct {
	code    reference.Code
	meaning string
	at      string
}

// readCheckout reads a checkout. It returns an error for a part in which it
// finds nothing, because that part must have moved.
func readCheckout(dir fs.FS) (*checkout, error) {
	var c checkout
	for _, part := range []struct {
		name, want string
		read       func(name, text string) int
	}{
		{errorsFile, "errors", c.readErrors},
		{routerFile, "routes", c.readRouter},
		{pageFile, "rows", c.readPage},
		{controllers, "routes", c.readController},
		{"PluralKit.API", "messages", c.readMessages},
		{"crates/api/src", "messages", c.readMessages},
	} {
		found := 0
		err := fs.WalkDir(dir, part.name, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() ||
				!slices.Contains([]string{".cs", ".rs", ".md"}, path.Ext(name)) {
				return err
			}
			text, err := fs.ReadFile(dir, name)
			found += part.read(name, string(text))
			return err
		})
		if err != nil {
			return nil, err
		}
		if found == 0 {
			return nil, fmt.Errorf("%s has no %s", part.name, part.want)
		}
	}
	return &c, nil
}

// readErrors reads definitions such as new(404, 20001, "System not found.").
func (c *checkout) readErrors(name, text string) int {
	definition := regexp.MustCompile(
		`(?:new|base|PKError)\(\s*(\d{3}),\s*(\d+),\s*\$?"((?:[^"\\]|\\.)*)"`)
	matches := definition.FindAllStringSubmatchIndex(text, -1)
	for _, m := range matches {
		status, _ := strconv.ParseInt(text[m[2]:m[3]], 10, 64)
		number, _ := strconv.ParseInt(text[m[4]:m[5]], 10, 64)
		c.errors = append(c.errors, sourceError{
			reference.Code(number*1000 + status), unquote(text[m[6]:m[7]]), at(name, text, m[0]),
		})
	}
	return len(matches)
}

// readMessages reads string literals such as "429: too many requests", which
// begin with the status. Their code is 0.
func (c *checkout) readMessages(name, text string) int {
	literal := regexp.MustCompile(`"([45]\d\d): [A-Za-z][^"\\]*\\?"`)
	matches := literal.FindAllStringSubmatchIndex(text, -1)
	for _, m := range matches {
		status, _ := strconv.Atoi(text[m[2]:m[3]])
		line := text[strings.LastIndexByte(text[:m[0]], '\n')+1 : m[0]]
		if strings.Contains(line, "//") {
			continue // a comment
		}
		message := strings.TrimRight(text[m[0]+1:m[1]-1], `\`)
		found := sourceError{reference.Code(status), message, at(name, text, m[0])}
		if !slices.Contains(c.errors, found) {
			c.errors = append(c.errors, found)
		}
	}
	return len(matches)
}

// readRouter reads the routes of the server in Rust, such as
// .route("/v2/members", post(rproxy)). The methods can be on several lines.
func (c *checkout) readRouter(name, text string) int {
	start := regexp.MustCompile(`\.route\(\s*"/v2(/[^"]*)",`)
	method := regexp.MustCompile(`\b(get|post|patch|put|delete)\(`)
	matches := start.FindAllStringSubmatchIndex(text, -1)
	for _, m := range matches {
		handlers := text[m[1]:]
		handlers = handlers[:closingParenthesis(handlers)]
		for _, verb := range method.FindAllStringSubmatch(handlers, -1) {
			c.addRoute(verb[1], text[m[2]:m[3]], at(name, text, m[0]))
		}
	}
	return len(matches)
}

// readController reads the routes of a controller in C#, such as
// [HttpGet("systems/{systemRef}")].
func (c *checkout) readController(name, text string) int {
	attribute := regexp.MustCompile(`\[Http(Get|Post|Patch|Put|Delete)\(\s*"([^"]*)"`)
	matches := attribute.FindAllStringSubmatchIndex(text, -1)
	for _, m := range matches {
		route := "/" + strings.TrimPrefix(text[m[4]:m[5]], "/")
		c.addRoute(text[m[2]:m[3]], route, at(name, text, m[0]))
	}
	return len(matches)
}

// closingParenthesis returns the index of the parenthesis in text that closes
// one before text.
func closingParenthesis(text string) int {
	open := 1
	for i, r := range text {
		switch r {
		case '(':
			open++
		case ')':
			open--
		}
		if open == 0 {
			return i
		}
	}
	return len(text)
}

func (c *checkout) addRoute(method, pattern, at string) {
	c.routes = append(c.routes, route{strings.ToUpper(method) + " " + unnamed(pattern), at})
}

// readPage reads rows such as |20001|404|System not found.|.
func (c *checkout) readPage(name, text string) int {
	row := regexp.MustCompile(`(?m)^\|\s*(\d+)\s*\|\s*(\d{3})\s*\|\s*(.*?)\s*\|?\s*$`)
	link := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	matches := row.FindAllStringSubmatchIndex(text, -1)
	for _, m := range matches {
		number, _ := strconv.ParseInt(text[m[2]:m[3]], 10, 64)
		status, _ := strconv.ParseInt(text[m[4]:m[5]], 10, 64)
		c.page = append(c.page, pageRow{
			reference.Code(number*1000 + status),
			link.ReplaceAllString(text[m[6]:m[7]], "$1"), at(name, text, m[0]),
		})
	}
	return len(matches)
}

// unnamed returns a path without the names of its parameters.
func unnamed(pattern string) string {
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(pattern, "{}")
}

// unquote returns the content of a string literal.
func unquote(literal string) string {
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(literal)
}

// at returns an offset in a file as "file:line".
func at(name, text string, offset int) string {
	return name + ":" + strconv.Itoa(1+strings.Count(text[:offset], "\n"))
}
