package errorcodes

import (
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// anyStatus stands for the status of the response that a description belongs to.
const anyStatus = -1

// prose reads the tables of a description. Rows that name no status get the given one: none of them counts if it is 0,
// and anyStatus leaves them without.
func prose(text string, status int) []Row {
	if len(text) > MaxText {
		text = text[:MaxText]
		text = text[:strings.LastIndexAny(text, "\n>")+1] // not in the middle of a message
	}
	if !strings.Contains(text, "-") {
		return nil // no code without one
	}
	t := table{status: status}
	if isHTML(text) {
		text = t.readHTML(text)
	}
	t.readLines(text)
	return t.rows
}

// table collects rows from the cells of tables.
type table struct {
	rows   []Row
	status int // of rows without one

	columns  columns
	statuses []int // of the row above, which may span several
}

// columns are the positions that a heading gives, -1 where it does not.
type columns struct{ status, code, message int }

func (t *table) begin() { t.columns, t.statuses = columns{-1, -1, -1}, nil }

// add takes the cells of one row of a table.
func (t *table) add(cells []string) {
	code := -1
	if c := t.columns.code; c >= 0 && c < len(cells) && isCode(cells[c]) {
		code = c
	}
	for i := 0; code < 0 && i < len(cells); i++ {
		if isCode(cells[i]) {
			code = i
		}
	}
	if code < 0 {
		t.heading(cells)
		return
	}
	at := -1
	for i, cell := range cells {
		if i == code || t.columns.status >= 0 && i != t.columns.status {
			continue
		}
		if s := statuses(cell); len(s) > 0 {
			t.statuses, at = s, i
			break
		}
	}
	message := ""
	if m := t.columns.message; m >= 0 && m < len(cells) && m != code && m != at {
		message = cells[m]
	} else {
		for i := code + 1; i < len(cells) && message == ""; i++ {
			if i != at {
				message = cells[i]
			}
		}
	}
	t.emit(t.statuses, cells[code], message)
}

func (t *table) heading(cells []string) {
	c := columns{-1, -1, -1}
	for i, cell := range cells {
		if len(cell) > 40 {
			return
		}
		switch words := strings.ToLower(cell); {
		case strings.Contains(words, "http") || strings.Contains(words, "status"):
			c.status = i
		case strings.Contains(words, "message"):
			c.message = i
		case strings.Contains(words, "error code") || words == "code" || words == "errorcode":
			c.code = i
		}
	}
	if c.code >= 0 {
		t.columns, t.statuses = c, nil
	}
}

func (t *table) emit(statuses []int, code, message string) {
	if len(message) > MaxMessage {
		return
	}
	if len(statuses) == 0 && t.status == anyStatus {
		statuses = []int{0}
	}
	for _, status := range statuses {
		if len(t.rows) < MaxPerOperation {
			t.rows = append(t.rows, Row{Status: status, Code: code, Message: message})
		}
	}
}

// statuses reads "400", "400, 403", "400 or 403", "HTTP 400" and "400 Bad Request", and nothing else.
func statuses(s string) []int {
	if len(s) < 3 || len(s) > 60 {
		return nil
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n,;/", r) })
	if len(fields) > 1 && strings.EqualFold(fields[0], "HTTP") {
		fields = fields[1:]
	}
	var found []int
	for i, field := range fields {
		if n := number(field); n >= 400 && n <= 599 {
			found = append(found, n)
		} else if len(found) == 0 {
			return nil
		} else if field != "or" && field != "and" {
			if phrase := strings.Join(fields[i:], " "); strings.EqualFold(phrase,
				http.StatusText(found[len(found)-1])) {
				return found
			}
			return nil
		}
	}
	return found
}

// readLines reads Markdown tables, and tables of which only the text is left: a line each for status, code and
// message, or one line for the three.
func (t *table) readLines(text string) {
	var pending []int // statuses read, code expected
	code := ""        // code read, message expected
	gap := 0          // blank lines since
	t.begin()
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			t.begin()
			if gap++; gap > 1 {
				if code != "" {
					t.emit(pending, code, "")
				}
				pending, code = nil, ""
			}
			continue
		}
		gap = 0
		if cells := markdownCells(line); cells != nil {
			t.add(cells)
			continue
		}
		if s, c, message := inlineRow(line); c != "" {
			t.emit(s, c, message)
			pending, code = nil, ""
			continue
		}
		t.begin()
		s := statuses(line)
		switch {
		case code != "" && len(s) == 0:
			t.emit(pending, code, line)
			pending, code = nil, ""
		case code != "":
			t.emit(pending, code, "")
			pending, code = s, ""
		case len(pending) > 0 && isCode(line):
			code = line
		default:
			pending = s
		}
	}
	if code != "" {
		t.emit(pending, code, "")
	}
}

// inlineRow reads "400 CMN-101 Message".
func inlineRow(line string) (statuses []int, code, message string) {
	if len(line) < 4 || line[3] != ' ' && line[3] != '\t' {
		return nil, "", ""
	}
	n := number(line[:3])
	if n < 400 || n > 599 {
		return nil, "", ""
	}
	rest := strings.TrimSpace(line[4:])
	end := strings.IndexAny(rest, " \t")
	if end < 0 {
		end = len(rest)
	}
	if !isCode(rest[:end]) {
		return nil, "", ""
	}
	return []int{n}, rest[:end], strings.TrimSpace(rest[end:])
}

// markdownCells splits a line of a Markdown table (GFM §4.10), nil where the line is none.
func markdownCells(line string) []string {
	if !strings.Contains(line, "|") {
		return nil
	}
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	var cells []string
	var cell strings.Builder
	flush := func() {
		cells = append(cells, unmarked(strings.TrimSpace(cell.String())))
		cell.Reset()
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && strings.IndexByte("|\\`*_{}[]()<>#+-.!$", line[i+1]) >= 0:
			i++
			cell.WriteByte(line[i])
		case c == '|':
			flush()
		default:
			cell.WriteByte(c)
		}
	}
	flush()
	if len(cells) < 2 {
		return nil
	}
	return cells
}

// unmarked takes away the marks of code or emphasis that a whole cell stands in.
func unmarked(cell string) string {
	for _, mark := range []string{"`", "**", "__", "*", "_"} {
		if inner := strings.Trim(cell, mark); len(cell) == len(inner)+2*len(mark) &&
			strings.HasPrefix(cell, mark+inner) &&
			!strings.Contains(inner, mark) {
			return inner
		}
	}
	return cell
}

// isHTML looks for "<td" and "<br" in any case.
func isHTML(text string) bool {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], '<')
		if next < 0 {
			return false
		}
		i += next
		if tag := text[i:min(len(text), i+3)]; strings.EqualFold(tag, "<td") || strings.EqualFold(tag, "<br") {
			return true
		}
	}
}

// readHTML reads the tables of an HTML text and returns what stands outside of them, without tags. It looks at tags
// one by one and builds no tree, so its cost is linear whatever they are.
func (t *table) readHTML(text string) string {
	var outside, cell strings.Builder
	var cells []string
	inTable, inCell := 0, false
	endCell := func() {
		if inCell {
			cells = append(cells, strings.Join(strings.Fields(cell.String()), " "))
			cell.Reset()
			inCell = false
		}
	}
	endRow := func() {
		endCell()
		if len(cells) > 0 {
			t.add(cells)
			cells = nil
		}
	}
	t.begin()
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			endRow()
			return outside.String()
		}
		switch kind {
		case html.TextToken:
			if inCell {
				cell.Write(z.Text())
			} else if inTable == 0 {
				outside.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := z.TagName()
			start := kind != html.EndTagToken
			switch string(name) {
			case "table":
				endRow()
				if start {
					inTable++
					t.begin()
				} else if inTable > 0 {
					inTable--
				}
			case "tr", "thead", "tbody", "tfoot":
				endRow()
			case "td", "th":
				endCell()
				inCell = start
			case "b", "i", "em", "strong", "code", "span", "a", "tt", "u", "font", "sub", "sup", "small", "wbr":
				// Inside a line.
			default:
				if inCell {
					cell.WriteByte(' ')
				} else if inTable == 0 {
					outside.WriteByte('\n')
				}
			}
		}
	}
}
