package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// Each fact of the built document, and each of a recording, is made another one, and the suite has to notice. make
// mutants does it with all of them; CI with every 40th, each time the same.

// tolerated are the classes of changes that the suite may miss, and why.
var tolerated = map[string]string{
	"limit looser":       "recordings are within limits, none is at each of them: drift judges limits, exactly",
	"limit tighter":      "as limit looser, where no recorded value is beyond the new one",
	"no longer required": "nothing is recorded that lacks what is required, but for the few that have # invalid-request: drift judges it",
	"now required":       "where every recording has the member",
	"format":             "where every recorded value has the new form, too: an integer is one of 32 and of 64 bits",
	"nullable":           "nobody recorded null where it is not documented, nor has to where it is: drift judges it",
	"server":             "recordings say {{server}}",
	"parameter optional": "where every recording has the parameter",
	"type of a branch":   "an id may be a text or a number, and is not recorded as both everywhere",
}

// mutant is a change of one fact, made and unmade in place.
type mutant struct {
	class, where string
	apply        func() (undo func())
}

// set is a mutant that gives a node another value.
func set(class, where string, n *yaml.Node, value string) mutant {
	return mutant{class, where, func() func() {
		old := n.Value
		n.Value = value
		return func() { n.Value = old }
	}}
}

// content is a mutant that gives a node other contents.
func content(class, where string, n *yaml.Node, change func(list []*yaml.Node) []*yaml.Node) mutant {
	return mutant{class, where, func() func() {
		old := n.Content
		n.Content = change(slices.Clone(old))
		return func() { n.Content = old }
	}}
}

func without(i, count int) func([]*yaml.Node) []*yaml.Node {
	return func(list []*yaml.Node) []*yaml.Node { return slices.Delete(list, i, i+count) }
}

func with(more ...*yaml.Node) func([]*yaml.Node) []*yaml.Node {
	return func(list []*yaml.Node) []*yaml.Node { return append(list, more...) }
}

var typesBeside = map[string]string{
	"string": "boolean", "integer": "boolean", "number": "boolean", "boolean": "integer", "object": "array", "array": "object",
}

// mutantsOf lists those of a built document.
func mutantsOf(root *yaml.Node) (list []mutant) {
	schema := func(where string, n *yaml.Node) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch key.Value {
			case "type":
				class := "type"
				if strings.Contains(where, "/anyOf/") {
					class = "type of a branch"
				}
				list = append(list, content(class, where, n, func(l []*yaml.Node) []*yaml.Node {
					l[i+1] = document.String(typesBeside[value.Value])
					if value.Value == "object" || typesBeside[value.Value] == "array" {
						l = append(l, document.String("items"), document.Mapping())
					}
					return l
				}))
			case "enum":
				for j := range value.Content {
					if len(value.Content) > 1 {
						list = append(list, content("enum value gone", where, value, without(j, 1)))
					}
				}
				list = append(list, content("enum value more", where, value, with(document.String("Mutant"))), content("open enum", where, n, without(i, 2)))
			case "required":
				for j := range value.Content {
					if len(value.Content) > 1 {
						list = append(list, content("no longer required", where, value, without(j, 1)))
					}
				}
			case "properties":
				for j := 0; j+1 < len(value.Content); j += 2 {
					name := value.Content[j].Value
					list = append(list, content("property gone", where+"."+name, value, without(j, 2)),
						set("property renamed", where+"."+name, value.Content[j], name+"Mutant"))
					if required := document.Get(n, "required"); required == nil {
						list = append(list, content("now required", where+"."+name, n,
							with(document.String("required"), document.Sequence(document.String(name)))))
					}
				}
				list = append(list, content("property more", where, value,
					with(document.String("mutant"), document.Mapping(document.String("type"), document.String("string")))))
			case "maxLength", "minLength", "maximum", "minimum", "maxItems", "minItems":
				limit, err := strconv.Atoi(value.Value)
				if err != nil {
					continue
				}
				step := 1
				if strings.HasPrefix(key.Value, "min") {
					step = -1
				}
				if limit+step >= 0 {
					list = append(list, set("limit looser", where, value, strconv.Itoa(limit+step)))
				}
				if limit-step >= 0 {
					list = append(list, set("limit tighter", where, value, strconv.Itoa(limit-step)))
				}
			case "format":
				other := map[string]string{"date-time": "date", "int64": "int32", "int32": "int64", "uri": "email", "binary": "byte"}[value.Value]
				if other != "" {
					list = append(list, set("format", where, value, other))
				}
			}
		}
		if document.Get(n, "type") != nil && document.Get(n, "nullable") == nil {
			list = append(list, content("nullable", where, n, with(document.String("nullable"),
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})))
		}
	}
	var walk func(where string, n *yaml.Node)
	schemas := map[*yaml.Node]bool{}
	document.Schemas(root, func(n *yaml.Node) { schemas[n] = true })
	walk = func(where string, n *yaml.Node) {
		if schemas[n] {
			schema(where, n)
		}
		for key, value := range document.Pairs(n) {
			if key.Value == "x-error-codes" || key.Value == "x-platform-error-codes" {
				for j, row := range value.Content {
					list = append(list, content("row gone", where, value, without(j, 1)))
					for k, v := range document.Pairs(row) {
						switch k.Value {
						case "code":
							list = append(list, set("code of a row", where, v, "MUT-"+strconv.Itoa(1000+j)))
						case "message":
							list = append(list, set("message of a row", where, v, "Mutant: "+v.Value))
						case "status":
							list = append(list, set("status of a row", where, v, "418"))
						}
					}
				}
				continue
			}
			walk(where+"/"+key.Value, value)
		}
		if n.Kind == yaml.SequenceNode {
			for i, item := range n.Content {
				step := strconv.Itoa(i)
				if name := document.Text(item, "name"); name != "" {
					step = name // of a parameter
				}
				walk(where+"/"+step, item)
			}
		}
	}
	walk("", root)

	for op := range document.Operations(root) {
		where := op.String()
		responses := document.Get(op.Node, "responses")
		for i := 0; i+1 < len(responses.Content); i += 2 {
			list = append(list, set("status", where, responses.Content[i], "4"+strconv.Itoa(50+i)))
		}
		if parameters := document.Get(op.Node, "parameters"); parameters != nil {
			for i, p := range parameters.Content {
				if document.Text(p, "in") != "path" {
					list = append(list, content("parameter gone", where+" "+document.Text(p, "name"), parameters, without(i, 1)),
						set("parameter renamed", where, document.Get(p, "name"), "mutant"))
					if required := document.Get(p, "required"); required != nil && required.Value == "true" {
						list = append(list, set("parameter optional", where, required, "false"))
					}
				}
			}
			list = append(list, content("parameter more", where, parameters, with(document.Mapping(
				document.String("name"), document.String("mutant"), document.String("in"), document.String("query"),
				document.String("schema"), document.Mapping(document.String("type"), document.String("string")),
			))))
		}
		for media := range document.Pairs(document.Get(op.Node, "requestBody", "content")) {
			list = append(list, set("media type of a request", where, media, "application/mutant"))
		}
		for status, response := range document.Pairs(responses) {
			for media := range document.Pairs(document.Get(response, "content")) {
				list = append(list, set("media type of a response", where+" "+status.Value, media, "application/mutant"))
			}
		}
	}
	for _, server := range document.Get(root, "servers").Content {
		list = append(list, set("server", "", document.Get(server, "url"), "https://mutant.example"))
	}
	return list
}

// fingerprint is everything that the suite says.
func fingerprint(r *contract.Report) string {
	var b strings.Builder
	for _, p := range slices.Concat(r.Problems, r.Unknown) {
		b.WriteString(p.String() + "\n")
	}
	b.WriteString(strings.Join(r.Missing, "\n"))
	for _, line := range r.Coverage {
		fmt.Fprintln(&b, line.Name, line.Columns)
	}
	return b.String()
}

// every is which of the mutants are tried: each n-th. RINGBASIC_MUTANTS=1 tries all.
func every(t *testing.T) int {
	if text := os.Getenv("RINGBASIC_MUTANTS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return 40
}

// isListed reports whether a cell of what a place ends in, but for the parts of a schema, is listed as not recorded yet,
// as it is after an update.
func isListed(r *contract.Report, where string) bool {
	steps := strings.FieldsFunc(where, func(c rune) bool { return c == '/' || c == '.' || c == ' ' })
	for slices.Contains([]string{"items", "schema"}, steps[len(steps)-1]) {
		steps = steps[:len(steps)-1]
	}
	return slices.ContainsFunc(r.Listed, func(cell string) bool {
		names := strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(" .[]", c) })
		return slices.Contains(names, steps[len(steps)-1])
	})
}

// ofErrors reports whether a place is in what error responses alone are made of. Clients read all their bodies alike,
// whatever the schema; those of ErrorResponse are covered all the same.
func ofErrors(root *yaml.Node) func(where string) bool {
	successful := map[string]bool{}
	var reach func(n *yaml.Node)
	reach = func(n *yaml.Node) {
		if name, isRef := strings.CutPrefix(document.Text(n, "$ref"), "#/components/schemas/"); isRef && !successful[name] {
			successful[name] = true
			reach(document.Get(root, "components", "schemas", name))
		}
		for _, child := range n.Content {
			reach(child)
		}
	}
	for op := range document.Operations(root) {
		for key, value := range document.Pairs(op.Node) {
			if key.Value != "responses" {
				reach(value)
			}
		}
		for status, response := range document.Pairs(document.Get(op.Node, "responses")) {
			if status.Value[0] == '2' {
				reach(response)
			}
		}
	}
	return func(where string) bool {
		name, isComponent := strings.CutPrefix(where, "/components/schemas/")
		if !isComponent {
			return regexp.MustCompile(`(/responses/| )[345]..(/|$)`).MatchString(where)
		}
		return !successful[strings.FieldsFunc(name, func(c rune) bool { return c == '/' || c == '.' })[0]]
	}
}

func TestMutantsOfDocument(t *testing.T) {
	t.Parallel()
	files := os.DirFS("../..")
	doc, err := document.ReadFile("../../" + project.SpecFile)
	require.NoError(t, err)
	check := func() (*contract.Report, error) {
		model, err := openapi3.NewLoader().LoadFromData(document.JSON(doc.Root))
		if err != nil {
			return nil, err
		}
		return contract.CheckFiles(files, model)
	}
	report, err := check()
	require.NoError(t, err)
	before := fingerprint(report)
	n := every(t)
	lenient := ofErrors(doc.Root)
	score := map[string]*[3]int{} // killed, tolerated, survived
	all := mutantsOf(doc.Root)
	require.Greater(t, len(all), 1_000)
	for i, m := range all {
		if i%n != 0 {
			continue
		}
		undo := m.apply()
		after, err := check()
		undo()
		if score[m.class] == nil {
			score[m.class] = &[3]int{}
		}
		switch {
		case err != nil || fingerprint(after) != before:
			score[m.class][0]++
		case tolerated[m.class] != "" || isListed(report, m.where) || lenient(m.where):
			score[m.class][1]++
		default:
			score[m.class][2]++
			t.Errorf("nothing notices %s at %s", m.class, m.where)
		}
	}
	again, err := check()
	require.NoError(t, err)
	require.Equal(t, before, fingerprint(again), "every change is undone")
	for _, class := range slices.Sorted(maps.Keys(score)) {
		s := score[class]
		t.Logf("%-26s killed %4d, allowed %3d, survived %d", class, s[0], s[1], s[2])
	}
}

// changesOf are the mutants of a recording, as texts by class.
func changesOf(t *testing.T, r *recording.Recording) map[string][]*recording.Recording {
	t.Helper()
	list := map[string][]*recording.Recording{}
	add := func(class string, change func(c *recording.Recording)) {
		c := *r
		c.Request.Header, c.Response.Header = r.Request.Header.Clone(), r.Response.Header.Clone()
		change(&c)
		list[class] = append(list[class], &c)
	}
	add("status", func(c *recording.Recording) { c.Response.Status = 418 })
	add("method", func(c *recording.Recording) { c.Request.Method = "PATCH" })
	add("path", func(c *recording.Recording) { c.Request.URL += "/mutant" })
	d := json.NewDecoder(bytes.NewReader(r.Response.Body))
	d.UseNumber()
	var body any
	if r.Response.Header.Get("Content-Type") == "application/json" && d.Decode(&body) == nil {
		if object, ok := body.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(object)) {
				with := func(class string, value any) {
					add(class, func(c *recording.Recording) {
						copied := maps.Clone(object)
						copied[name] = value
						c.Response.Body, _ = json.Marshal(copied)
					})
				}
				with("member of another type", map[string]any{"mutant": []any{1.5}})
			}
			add("member more", func(c *recording.Recording) {
				copied := maps.Clone(object)
				copied["mutant"] = "x"
				c.Response.Body, _ = json.Marshal(copied)
			})
			if code, _ := object["errorCode"].(string); code != "" && r.Response.Status >= 400 {
				add("code", func(c *recording.Recording) {
					c.Response.Body = []byte(strings.ReplaceAll(string(r.Response.Body), code, "MUT-100"))
				})
			}
		}
		add("no JSON", func(c *recording.Recording) { c.Response.Body = r.Response.Body[:len(r.Response.Body)/2] })
	}
	return list
}

// What is wrong with a recording on purpose, or is the platform's whatever it holds, may change further.
var loose = map[string]string{
	"member more":            "a response may have members that the description does not name; one of the suite's notes",
	"member of another type": "error bodies are read leniently, and recordings of platform may hold anything",
	"code":                   "as above, where the code is not in the name of the file",
	"no JSON":                "recordings of platform may hold anything",
	"path":                   "a recording of platform that says the request is nobody's may name any path",
	"status":                 "a recording of platform without a body is of any status that nobody documents",
}

func TestMutantsOfRecordings(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../../" + project.SpecFile)
	require.NoError(t, err)
	suite, err := contract.New(doc)
	require.NoError(t, err)
	recordings, err := recording.ReadDir(os.DirFS("../.."), project.RecordingsDir)
	require.NoError(t, err)
	said := func(r *recording.Recording) string {
		e := suite.Check(r)
		var b strings.Builder
		for _, p := range e.Problems {
			b.WriteString(p.String() + "\n")
		}
		report := suite.CheckAll([]*contract.Exchange{e}, nil, &contract.Unrecorded{})
		return b.String() + fingerprint(report)
	}
	score := map[string]*[3]int{}
	for i, r := range recordings {
		if i%max(every(t)/8, 1) != 0 {
			continue
		}
		if len(suite.Check(r).Problems) > 0 {
			continue // TestRecordings names it already
		}
		before := said(r)
		changes := changesOf(t, r)
		for _, class := range slices.Sorted(maps.Keys(changes)) {
			if score[class] == nil {
				score[class] = &[3]int{}
			}
			for _, changed := range changes[class] {
				platform := r.Folder() == contract.Platform
				switch {
				case said(changed) != before:
					score[class][0]++
				case loose[class] != "" && (platform || r.Response.Status >= 400):
					score[class][1]++
				default:
					score[class][2]++
					t.Errorf("nothing notices another %s in %s", class, r.File)
				}
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(score)) {
		s := score[class]
		t.Logf("%-26s killed %4d, allowed %3d, survived %d", class, s[0], s[1], s[2])
	}
}
