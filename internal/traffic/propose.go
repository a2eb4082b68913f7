package traffic

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// ProposalFile is the overlay that a proposal makes.
const ProposalFile = project.OverlayDir + "/60-traffic.yaml"

// Proposal is what traffic proves, as files of a project: an overlay that takes it over, each action with its evidence,
// and recordings of the exchanges that show it, redacted.
type Proposal struct {
	Files map[string][]byte // by path below the project's root
	Left  []string          // findings for which there is no action, and why
}

// Propose makes a proposal of the findings. date is the day of exchanges whose capture does not say it.
func (c *Comparer) Propose(date string) (*Proposal, error) {
	p := &Proposal{Files: map[string][]byte{}}
	var actions []string
	type wanted struct {
		op *operation
		e  *Exchange
	}
	var evidence []wanted
	for _, key := range sorted(c.findings) {
		f := c.findings[key]
		made := c.actions(f)
		if len(made) == 0 {
			p.Left = append(
				p.Left,
				fmt.Sprintf("%s, %s, %s: no overlay action says this: %s", f.ID, f.Operation, f.Location, f.Change),
			)
			continue
		}
		why := fmt.Sprintf(
			"Seen in traffic, in %d exchanges, first at %s:%d: %s.",
			f.Seen.Exchanges,
			f.Seen.File,
			f.Seen.Line,
			f.Change,
		)
		if f.Seen.Exchanges == 1 {
			why = fmt.Sprintf("Seen in traffic, once, at %s:%d: %s.", f.Seen.File, f.Seen.Line, f.Change)
		}
		for _, a := range made {
			text := fmt.Sprintf("  - target: %s\n    description: %s\n", quote(a.target), quote(why))
			if a.update == nil {
				text += "    remove: true\n"
			} else {
				data, err := json.Marshal(a.update)
				if err != nil {
					return nil, err
				}
				text += "    update: " + string(data) + "\n"
			}
			actions = append(actions, text)
		}
		if e := c.shown[key]; e != nil {
			i := slices.IndexFunc(c.operations, func(o *operation) bool { return o.key == f.Operation })
			if i >= 0 && !slices.ContainsFunc(evidence, func(w wanted) bool { return w.e == e }) {
				evidence = append(evidence, wanted{c.operations[i], e})
			}
		}
	}
	if len(actions) > 0 {
		p.Files[ProposalFile] = []byte(
			"overlay: 1.0.0\ninfo:\n  title: What traffic shows and the description does not have\n  version: " +
				"1.0.0\nx-speakeasy-jsonpath: rfc9535\n" +
				"# Proposed by \"ringbasic traffic --propose\". Move what you keep into 20-repair.yaml.\nactions:\n" +
				strings.Join(
					actions,
					"",
				),
		)
	}
	redactor, texts := recording.NewRedactor(), NewAnonymous(c.root)
	for _, key := range c.known {
		_, path, _ := strings.Cut(key, " ")
		texts.Learn(path)
	}
	numbers := map[string]int{}
	for _, w := range evidence {
		name, data, why := c.record(redactor, texts, w.op, w.e, date, numbers)
		if why != "" {
			p.Left = append(p.Left, fmt.Sprintf("%s:%d is no recording: %s", w.e.File, w.e.Line, why))
			continue
		}
		p.Files[name] = data
	}
	slices.Sort(p.Left)
	return p, nil
}

func quote(s string) string {
	data, _ := json.Marshal(s) // a text is JSON, which is YAML
	return string(data)
}

type action struct {
	target string
	update map[string]any // nil: remove
}

// actions are those that make the description admit what a finding is about; none if there are none.
func (c *Comparer) actions(f *diff.Finding) []action {
	kind := strings.TrimPrefix(strings.TrimPrefix(f.ID, "seen-"), "req-")
	location := f.Location
	switch kind {
	case "value", "param-value":
		target, node := build.Locate(c.root, f.Operation, location)
		text, ok := f.New.(string)
		if node == nil || !ok || strings.HasPrefix(text, "(") || f.Attribute != "enum" {
			return nil
		}
		var value any = text
		if document.Text(node, "type") != "string" && document.Text(node, "type") != "" {
			if json.Unmarshal([]byte(text), &value) != nil {
				return nil
			}
		}
		return []action{{target, map[string]any{"enum": []any{value}}}}
	case "member":
		dot := strings.LastIndexByte(location, '.')
		if space := strings.LastIndexByte(location, ' '); dot < space {
			dot = space
		}
		name := location[dot+1:]
		outer := strings.TrimSpace(location[:dot])
		if location[dot] == ' ' {
			outer += " (body)"
		}
		typ, _, _ := strings.Cut(f.Change, ",")
		target, node := build.Locate(c.root, f.Operation, outer)
		if node == nil || strings.ContainsAny(name, "()[]") ||
			!slices.Contains([]string{"string", "integer", "number", "boolean", "object", "array"}, typ) {
			return nil
		}
		schema := map[string]any{"type": typ, "description": "Seen in traffic, and described nowhere."}
		if typ == "array" {
			schema["items"] = map[string]any{"type": "object"}
		}
		return []action{{target, map[string]any{"properties": map[string]any{name: schema}}}}
	case "null":
		if target, node := build.Locate(c.root, f.Operation, location); node != nil {
			return []action{{target, map[string]any{"nullable": true}}}
		}
	case "type", "type-error":
		target, node := build.Locate(c.root, f.Operation, location)
		was, ok := f.Old.(string)
		now, isText := f.New.(string)
		if node == nil || !ok || !isText || strings.Contains(was, "|") || document.Get(node, "enum") != nil ||
			document.Text(node, "type") != was ||
			!plainType(was) ||
			!plainType(now) {
			return nil
		}
		return []action{
			{target + ".type", nil},
			{target, map[string]any{"anyOf": []any{map[string]any{"type": was}, map[string]any{"type": now}}}},
		}
	}
	return nil
}

func plainType(typ string) bool {
	return slices.Contains([]string{"string", "integer", "number", "boolean"}, typ)
}

// record makes a recording of an exchange, or says why there can be none.
func (c *Comparer) record(
	redactor *recording.Redactor,
	texts *Anonymous,
	op *operation,
	e *Exchange,
	date string,
	numbers map[string]int,
) (name string, data []byte, why string) {
	switch {
	case e.Method == "":
		return "", nil, "it is an observation"
	case !e.Response.Captured || e.Response.Cut:
		return "", nil, "the answer's body was not captured whole"
	case op.op.RequestBody != nil && (!e.Request.Captured || e.Request.Cut):
		return "", nil, "the request's body was not captured whole"
	case len(e.Request.Form) > 0 || bytes.ContainsAny(e.Request.Body, "\x00\r") ||
		bytes.ContainsAny(e.Response.Body, "\x00\r"):
		return "", nil, "a body is a form or no text"
	}
	path, ok := c.path(e.URL)
	if !ok {
		return "", nil, "it went to another server"
	}
	path = texts.Target(op.path, path, e.URL.RawQuery, slices.Concat(op.item.Parameters, op.op.Parameters))
	in := &recording.Recording{
		Meta: recording.Meta{Source: "traffic", Date: cmp.Or(e.Day, date)},
		Request: recording.Request{
			Method: e.Method,
			URL:    path,
			Header: maps.Clone(e.Request.Header),
			Body:   bytes.TrimSpace(e.Request.Body),
		},
		Response: recording.Response{
			Status: e.Status, Header: maps.Clone(e.Response.Header), Body: bytes.TrimSpace(e.Response.Body),
		},
	}
	var question, answer openapi3.Content
	if body := op.op.RequestBody; body != nil && body.Value != nil {
		question = body.Value.Content
	}
	if in.Request.Body, ok = texts.Body(in.Request.Header, in.Request.Body, question, 0); !ok {
		return "", nil, "the request's body cannot be read as JSON, and may hold somebody's texts"
	}
	if ref := op.op.Responses.Status(e.Status); ref != nil && ref.Value != nil {
		answer = ref.Value.Content
	}
	if in.Response.Body, ok = texts.Body(in.Response.Header, in.Response.Body, answer, e.Status); !ok {
		return "", nil, "the answer's body cannot be read as JSON, and may hold somebody's texts"
	}
	texts.Location(in.Response.Header)
	out := redactor.Recording(in)
	if out.Request.Header.Get("Authorization") == "" {
		out.Request.Header.Set("Authorization", "Bearer "+recording.Token)
	}
	stem := fmt.Sprintf("%s/%s/%d-", project.RecordingsDir, op.op.OperationID, e.Status)
	if code := errorCodeOf(e.Response.Body); e.Status >= 400 && code != "" {
		stem += code + "-"
	}
	numbers[stem]++
	name = fmt.Sprintf("%straffic-%d%s", stem, numbers[stem], recording.Extension)
	text, err := recording.Format(out)
	if err != nil {
		return "", nil, err.Error()
	}
	if _, err := recording.Parse(name, text); err != nil {
		return "", nil, err.Error()
	}
	if found := recording.Scan(text); len(found) > 0 {
		return "", nil, "it holds what may be somebody's: " + found[0].String()
	}
	return name, text, ""
}

// errorCodeOf is the code of an error body, empty if it has none that looks like one.
func errorCodeOf(body []byte) string {
	if code := errorcodes.ReadBody(body).First().Code; errorCode().MatchString(code) {
		return code
	}
	return ""
}
