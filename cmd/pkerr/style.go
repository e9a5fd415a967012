package main

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"
)

const (
	// width is how wide prose is, whatever the terminal.
	width = 80

	// labelWidth is how wide the column of labels is.
	labelWidth = 13
)

// page is what is to be printed. All of it is printable already.
type page struct {
	bytes.Buffer

	colour bool
}

// newPage returns an empty page for the standard output.
func (s *session) newPage() *page {
	return &page{colour: colourful(runtime.GOOS, isTerminal(s.stdout), s.env)}
}

// show prints the page.
func (s *session) show(p *page) error { return s.print(p.String()) }

// colourful tells whether there may be colours on this system. https://no-color.org has the rule.
func colourful(goos string, terminal bool, env func(string) string) bool {
	// Older consoles of Windows print escape sequences as they are. Those that obey them set one of these.
	if goos == "windows" && env("WT_SESSION") == "" && env("TERM") == "" && env("ANSICON") == "" {
		return false
	}
	return terminal && env("NO_COLOR") == "" && env("TERM") != "dumb"
}

// isTerminal tells whether w is a terminal, as far as the standard library can tell: /dev/null passes, too, and cares not.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// styled returns text in the style of an escape sequence, where there may be any.
func (p *page) styled(style, text string) string {
	if !p.colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (p *page) bold(text string) string { return p.styled("1", text) }
func (p *page) cyan(text string) string { return p.styled("36", text) }

// line writes a line as it is.
func (p *page) line(text string) { _, _ = p.WriteString(text + "\n") }

// paragraph writes a text over as many lines as it takes.
func (p *page) paragraph(text string) {
	for _, line := range wrapped(text, width) {
		p.line(line)
	}
}

// row writes a label and beside it the texts, each of which begins a line. It writes nothing where all are empty.
func (p *page) row(label string, texts ...string) {
	for _, text := range texts {
		for _, line := range wrapped(text, width-labelWidth) {
			if label == "" {
				p.line(strings.Repeat(" ", labelWidth) + line)
				continue
			}
			// A long label keeps one space.
			gap := strings.Repeat(" ", max(labelWidth-utf8.RuneCountInString(label), 1))
			p.line(p.cyan(label) + gap + line)
			label = ""
		}
	}
}

// table writes rows of cells, the last of which is wrapped within its column. The first row is the heading.
func (p *page) table(rows [][]string) {
	last := len(rows[0]) - 1
	widths := make([]int, last)
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], columns(row[i]))
		}
	}
	indent := 0
	for _, w := range widths {
		indent += w + 2
	}
	for n, row := range rows {
		var start strings.Builder
		for i, cell := range row[:last] {
			start.WriteString(cell + strings.Repeat(" ", widths[i]-columns(cell)+2))
		}
		for i, text := range wrapped(row[last], width-indent) {
			if i > 0 {
				start.Reset()
				start.WriteString(strings.Repeat(" ", indent))
			}
			line := start.String() + text
			if n == 0 {
				line = p.bold(line)
			}
			p.line(line)
		}
	}
}
