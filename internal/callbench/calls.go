package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

// What the server answers.
const (
	ruleAnswer = `{"uri":"https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1005/answering-rule/1003",
"id":"1003","type":"Custom","name":"Evenings","enabled":true,"schedule":{"ref":"BusinessHours"},
"callers":[{"callerId":"12025550101"},{"callerId":"12025550102"}],"calledNumbers":[{"phoneNumber":"12025550103"}],
"callHandlingAction":"TakeMessagesOnly","voicemail":{"enabled":true,"recipient":{"id":"1005"}},
"greetings":[{"type":"Voicemail","preset":{"id":"65792","name":"Default"}}]}`
	greetingAnswer = `{"uri":"https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1005/greeting/1004",
"id":"1004","type":"Voicemail","contentType":"audio/wav",
"contentUri":"https://media.ringcentral.com/restapi/v1.0/account/1001/extension/1005/greeting/1004/content",
"answeringRule":{"id":"1003"}}`
)

var sound = bytes.Repeat([]byte("RIFF sound of a greeting"), 64<<10/24)

func calls(client *ringcentral.Client, h hand) []call {
	body := ringcentral.CreateAnsweringRuleRequest{
		Type: "Custom", Name: "Evenings", CallHandlingAction: new(ringcentral.CallHandlingActionTakeMessagesOnly),
		Callers: []ringcentral.CallerRequest{{CallerID: new("+12025550101")}, {CallerID: new("+12025550102")}},
	}
	send := func(ctx context.Context, file io.Reader) error {
		greeting, err := client.CreateCustomUserGreeting(ctx, "~", "1005", ringcentral.CreateCustomUserGreetingForm{
			Type: "Voicemail", AnsweringRuleID: "1003",
			Binary: ringcentral.File{Name: "a.wav", ContentType: "audio/wav", Reader: file},
		})
		return hasID(err, greeting != nil && greeting.ID != nil)
	}
	return []call{
		{"create a rule", []way{
			{"ringcentral", func(ctx context.Context) error {
				rule, err := client.CreateAnsweringRule(ctx, "~", "1005", body)
				return hasID(err, rule != nil && rule.ID != nil)
			}},
			{byHand, func(ctx context.Context) error {
				rule, err := create(ctx, h, body)
				return hasID(err, rule != nil && rule.ID != nil)
			}},
		}},
		{"read a greeting", []way{
			{"ringcentral", func(ctx context.Context) error {
				greeting, err := client.ReadCustomGreeting(ctx, "~", "1005", "1004")
				return hasID(err, greeting != nil && greeting.ID != nil)
			}},
			{byHand, func(ctx context.Context) error {
				greeting, err := read(ctx, h, "1005", "1004")
				return hasID(err, greeting != nil && greeting.ID != nil)
			}},
		}},
		{"upload", []way{
			{"ringcentral", func(ctx context.Context) error { return send(ctx, struct{ io.Reader }{bytes.NewReader(sound)}) }},
			{"ringcentral, length told", func(ctx context.Context) error { return send(ctx, bytes.NewReader(sound)) }},
			{byHand, func(ctx context.Context) error {
				greeting, err := upload(ctx, h, "1005", bytes.NewReader(sound))
				return hasID(err, greeting != nil && greeting.ID != nil)
			}},
			{"by hand, length told", func(ctx context.Context) error {
				greeting, err := uploadSized(ctx, h, "1005", bytes.NewReader(sound))
				return hasID(err, greeting != nil && greeting.ID != nil)
			}},
		}},
	}
}

func hasID(err error, ok bool) error {
	if err == nil && !ok {
		err = fmt.Errorf("the result has no id")
	}
	return err
}

// hand is a client as a program would write it for itself, without the checks of the generated one beside that of the
// status.
type hand struct{ server string }

func (h hand) extension(id string) string {
	return h.server + "/restapi/v1.0/account/" + url.PathEscape("~") + "/extension/" + url.PathEscape(id)
}

func (h hand) do(req *http.Request, result any) error {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "by-hand/1")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, result)
}

func create(ctx context.Context, h hand, body any) (*ringcentral.AnsweringRule, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	address := h.extension("1005") + "/answering-rule"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	result := new(ringcentral.AnsweringRule)
	return result, h.do(req, result)
}

func read(ctx context.Context, h hand, extension, id string) (*ringcentral.UserGreeting, error) {
	address := h.extension(extension) + "/greeting/" + url.PathEscape(id)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	result := new(ringcentral.UserGreeting)
	return result, h.do(req, result)
}

func upload(ctx context.Context, h hand, extension string, file io.Reader) (*ringcentral.UserGreeting, error) {
	pr, pw := io.Pipe()
	form := multipart.NewWriter(pw)
	go func() { pw.CloseWithError(fill(form, file)) }()
	address := h.extension(extension) + "/greeting"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, pr)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	result := new(ringcentral.UserGreeting)
	return result, h.do(req, result)
}

// uploadSized tells the length of the body beforehand, as the generated client does.
func uploadSized(ctx context.Context, h hand, extension string, file *bytes.Reader) (*ringcentral.UserGreeting, error) {
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	if _, err := fields(form); err != nil {
		return nil, err
	}
	middle := text.Len()
	if err := form.Close(); err != nil {
		return nil, err
	}
	length := int64(text.Len() + file.Len())
	body := io.MultiReader(bytes.NewReader(text.Bytes()[:middle]), file, bytes.NewReader(text.Bytes()[middle:]))
	address := h.extension(extension) + "/greeting"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", form.FormDataContentType())
	result := new(ringcentral.UserGreeting)
	return result, h.do(req, result)
}

func fill(form *multipart.Writer, file io.Reader) error {
	part, err := fields(form)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, file); err != nil {
		return err
	}
	return form.Close()
}

// fields writes all of a form that comes before the file.
func fields(form *multipart.Writer) (io.Writer, error) {
	if err := form.WriteField("type", "Voicemail"); err != nil {
		return nil, err
	}
	if err := form.WriteField("answeringRuleId", "1003"); err != nil {
		return nil, err
	}
	return form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("binary", "a.wav")}, "Content-Type": {"audio/wav"},
	})
}
