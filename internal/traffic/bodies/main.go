// Command bodies makes one HAR file of published bodies: a folder of files like createAnsweringRule-request-1.json, as
// the vendor's documentation, guides and samples show them. It writes to standard output.
//
// Nobody captured these: each entry holds what its file says, and of the other half of the exchange no more than that
// it is not known. A rule that is read stands as the answer of the operation that changes one, which returns the same
// object; errors stand at the operation that their text is about. An upload's JSON is a part of multipart/mixed, as the
// guides have it.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bodies DIR > bodies.har")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bodies:", err)
		os.Exit(1)
	}
}

const server = "https://platform.ringcentral.com"

// call is what a body belongs to.
type call struct{ method, path string }

var calls = map[string]call{
	"createAnsweringRule":              {http.MethodPost, "extension/~/answering-rule"},
	"updateAnsweringRule":              {http.MethodPut, "extension/~/answering-rule/1"},
	"readAnsweringRule":                {http.MethodPut, "extension/~/answering-rule/1"},
	"createCompanyGreeting":            {http.MethodPost, "greeting"},
	"createUserCustomGreeting":         {http.MethodPost, "extension/~/greeting"},
	"loadCustomGreeting":               {http.MethodGet, "extension/~/greeting/1"},
	"listCallRecordingCustomGreetings": {http.MethodGet, "call-recording/custom-greetings"},
}

// faults are where errors of a kind come from, by their code, and with which status.
var faults = []struct {
	code   string
	call   call
	status int
}{
	{"AGW-404", call{http.MethodGet, "nowhere"}, 404},
	{"OAU-129", call{http.MethodGet, "extension/~"}, 401},
	{"CMN-401", call{http.MethodGet, "call-log"}, 403},
	{"CMN-201", call{http.MethodGet, "extension/~"}, 503},
	{"CMN-120", call{http.MethodGet, "nowhere"}, 404},
	{"CMN-102", call{http.MethodGet, "extension/~"}, 404},
	{"SUB-", call{http.MethodPost, "/restapi/v1.0/subscription"}, 400},
	{"MSG-", call{http.MethodPost, "extension/~/sms"}, 400},
	{"CMN-101", call{http.MethodGet, "call-log"}, 400},
}

type (
	header struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	param struct {
		Name        string `json:"name"`
		Value       string `json:"value,omitempty"`
		FileName    string `json:"fileName,omitempty"`
		ContentType string `json:"contentType,omitempty"`
	}
	postData struct {
		MimeType string  `json:"mimeType"`
		Text     string  `json:"text,omitempty"`
		Params   []param `json:"params,omitempty"`
	}
	request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []header  `json:"headers"`
		BodySize int       `json:"bodySize"`
		PostData *postData `json:"postData,omitempty"`
	}
	content struct {
		Size     int     `json:"size"`
		MimeType string  `json:"mimeType"`
		Text     *string `json:"text,omitempty"`
	}
	response struct {
		Status  int      `json:"status"`
		Headers []header `json:"headers"`
		Content content  `json:"content"`
	}
	entry struct {
		Comment  string   `json:"comment"`
		Request  request  `json:"request"`
		Response response `json:"response"`
	}
)

var name = regexp.MustCompile(`^([A-Za-z]+)(?:-(request|response))?-\d+\.json$`)

func run(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	var entries []entry
	for _, file := range files {
		e, err := entryOf(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return fmt.Errorf("%s: there are no bodies, files like createAnsweringRule-request-1.json", dir)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]string{"name": "ringbasic bodies", "version": "1"}, "entries": entries,
	}})
}

func entryOf(file string) (entry, error) {
	m := name.FindStringSubmatch(filepath.Base(file))
	if m == nil {
		return entry{}, fmt.Errorf("the name does not say what it is")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return entry{}, err
	}
	text := strings.TrimSpace(string(data))
	e := entry{
		Comment:  filepath.Base(file),
		Request:  request{Headers: []header{}},
		Response: response{Headers: []header{}},
	}
	if m[1] == "error" {
		for _, f := range faults {
			if strings.Contains(text, f.code) {
				e.ask(f.call)
				e.answer(f.status, text)
				return e, nil
			}
		}
		return entry{}, fmt.Errorf("no operation is known for this error")
	}
	c, ok := calls[m[1]]
	if !ok {
		return entry{}, fmt.Errorf("no operation is known for %s", m[1])
	}
	e.ask(c)
	switch {
	case m[2] == "response":
		e.Request.BodySize = -1 // not known
		e.answer(http.StatusOK, text)
	default:
		e.Response.Status = http.StatusOK
		e.Response.Content = content{Size: -1, MimeType: "application/json"}
		e.Request.PostData = &postData{MimeType: "application/json", Text: text}
		if strings.HasSuffix(c.path, "greeting") {
			e.Request.PostData = &postData{MimeType: "multipart/mixed", Params: []param{
				{
					Name:        "json",
					Value:       text,
					ContentType: "application/json",
				}, {Name: "binary", FileName: "greeting.wav", ContentType: "audio/wav"},
			}}
		}
		e.Request.Headers = []header{{"Content-Type", e.Request.PostData.MimeType}}
	}
	return e, nil
}

func (e *entry) ask(c call) {
	if !strings.HasPrefix(c.path, "/") {
		c.path = "/restapi/v1.0/account/~/" + c.path
	}
	e.Request.Method, e.Request.URL = c.method, server+c.path
}

func (e *entry) answer(status int, text string) {
	e.Response.Status = status
	e.Response.Headers = []header{{"Content-Type", "application/json"}}
	e.Response.Content = content{Size: len(text), MimeType: "application/json", Text: &text}
}
