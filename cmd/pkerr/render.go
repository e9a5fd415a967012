package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf16"
)

// texts has the help, and templates of the page, the scripts and the messages.
//
//go:embed texts
var texts embed.FS

// execute executes the template with that name on data, and returns its output.
func execute(name string, data any) string {
	functions := template.FuncMap{"printable": printable, "join": strings.Join, "duration": duration}
	all := template.Must(template.New("").Funcs(functions).ParseFS(texts, "texts/texts.tmpl", "texts/completion/*"))
	var b strings.Builder
	if err := all.ExecuteTemplate(&b, name, data); err != nil {
		return err.Error() // cannot happen: tests execute every template
	}
	return b.String()
}

// output prints data as JSON, or through a template, as the flags of c say.
func (s *session) output(c *call, name string, data any) error {
	if c.value(flagJSON) != on {
		return s.print(s.screen().render(execute(name, data)))
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(data); err != nil {
		return err
	}
	return s.print(string(escaped(b.Bytes())))
}

// escaped escapes everything that is not printable, even if JSON allows it.
func escaped(document []byte) []byte {
	return regexp.MustCompile(`[^\n\pL\pM\pN\pP\pS ]`).ReplaceAllFunc(document, func(hidden []byte) (out []byte) {
		for _, unit := range utf16.Encode([]rune(string(hidden))) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
		return out
	})
}

const (
	defaultWidth = 80
	minWidth     = 20
	minText      = 24 // columns of a text beside its label; a narrower text goes below
)

// A screen describes the standard output.
type screen struct {
	width  int // columns of a terminal; 0 for a pipe
	colour bool
}

// screen returns a description of the standard output.
func (s *session) screen() screen {
	if !s.terminal(s.stdout) {
		return screen{}
	}
	width, err := strconv.Atoi(s.getenv("COLUMNS"))
	if err != nil || width <= 0 {
		width = defaultWidth
	}
	return screen{max(width, minWidth), colourful(runtime.GOOS, s.getenv)}
}

// colourful reports whether a terminal supports colours and the user wants
// them. See https://no-color.org.
func colourful(goos string, getenv func(string) string) bool {
	// Old Windows consoles have no colours. New ones set one of these.
	isOld := goos == "windows" && getenv("WT_SESSION")+getenv("TERM")+getenv("ANSICON") == ""
	return !isOld && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// styled returns text with an escape sequence for style, if s has colours.
func (s screen) styled(style, text string) string {
	if !s.colour || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// A row is a line with cells between tabs. One cell is a paragraph, two are a
// label and a text, and more are a row of a table. All of it is printable.
type row struct {
	Cells   []string
	heading bool // the line begins with "# "
}

// rowsOf returns the rows of a text, except labels without a text.
func rowsOf(text string) (rows []row) {
	for line := range strings.Lines(text) {
		line, heading := strings.CutPrefix(strings.TrimRight(line, " \n"), "# ")
		cells := strings.Split(line, "\t")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if isLabel := len(cells) == 2 && cells[1] == ""; isLabel && heading {
			rows = append(rows, row{cells[:1], true})
		} else if !isLabel {
			rows = append(rows, row{cells, heading})
		}
	}
	return rows
}

// render returns a text as it is printed. A pipe gets each row on one line,
// without the headings of tables. A terminal gets rows aligned and wrapped.
func (s screen) render(text string) string {
	var out strings.Builder
	rows := rowsOf(text)
	for i, row := range rows {
		last := len(row.Cells) - 1
		if s.width == 0 {
			if !row.heading || last < 2 {
				out.WriteString(strings.Join(row.Cells, "\t") + "\n")
			}
			continue
		}
		style, head, indent, text := "", "", 0, row.Cells[last]
		if row.heading {
			style = "1"
		}
		if row.heading && last == 1 {
			text = strings.Join(row.Cells, " ")
		} else if last > 0 {
			head, indent = s.columns(rows, i)
		}
		for _, line := range wrapped(text, s.width-indent) {
			out.WriteString(s.styled(style, strings.TrimRight(head+line, " ")) + "\n")
			head = strings.Repeat(" ", indent)
		}
	}
	return out.String()
}

// columns returns all cells of a row except the last, aligned, and their width.
// If that leaves too little room for the last cell, they go on lines above it.
func (s screen) columns(rows []row, i int) (head string, indent int) {
	last, style := len(rows[i].Cells)-1, ""
	if last == 1 {
		style = "36" // a label
	}
	var beside, above strings.Builder
	for j, cell := range rows[i].Cells[:last] {
		width := widest(rows, last+1, j) + 2
		if last == 1 && i > 0 && rows[i-1].Cells[0] == cell {
			cell = "" // the row above has the same label
		}
		beside.WriteString(s.styled(style, cell) + strings.Repeat(" ", width-columns(cell)))
		above.WriteString(cell + " ")
		indent += width
	}
	if s.width-indent >= minText {
		return beside.String(), indent
	}
	lines := s.styled(style, strings.Join(wrapped(above.String(), s.width), "\n"))
	return strings.TrimLeft(lines+"\n  ", "\n"), 2
}

// widest returns the width of a column, over the rows with that many cells.
func widest(rows []row, cells, column int) int {
	widest := 0
	for _, row := range rows {
		if len(row.Cells) == cells && (cells > 2 || !row.heading) {
			widest = max(widest, columns(row.Cells[column]))
		}
	}
	return widest
}

// wrapped returns text in lines of at most limit columns. It breaks a word that
// is wider than a line. Such a word, as in a script without spaces, begins on
// the current line if that is less than half full.
func wrapped(text string, limit int) []string {
	var lines []string
	line, used := "", 0
	flush := func() { lines, line, used = append(lines, line), "", 0 }
	for word := range strings.FieldsSeq(text) {
		if n := columns(word); used > 0 && used+1+n > limit && (n <= limit || limit-used <= limit/2) {
			flush()
		} else if used > 0 {
			line, used = line+" ", used+1
		}
		for _, r := range word {
			n := columns(string(r))
			if used > 0 && used+n > limit {
				flush()
			}
			line, used = line+string(r), used+n
		}
	}
	if used > 0 || lines == nil {
		flush()
	}
	return lines
}

// columns returns the width of a text on a terminal. It knows most scripts.
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
			r >= 0x3000 && r <= 0x30ff, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
			n += 2
		default:
			n++
		}
	}
	return n
}
