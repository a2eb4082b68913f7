package ringcentral_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

// vendor is a server that gives one answer to every request. A service's own tests use ringcentraltest.
func vendor(status int, body string) (*ringcentral.Client, func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	client, err := ringcentral.NewClient(server.URL)
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

func ExampleClient_CreateAnsweringRule() {
	client, stop := vendor(http.StatusOK, `{"id": "1003", "type": "Custom", "name": "Lunch", "enabled": true}`)
	defer stop()
	rule, err := client.CreateAnsweringRule(context.Background(), "~", "~", ringcentral.CreateAnsweringRuleRequest{
		Type: ringcentral.AnsweringRuleTypeCustom,
		Name: "Lunch",
		Schedule: &ringcentral.Schedule{WeeklyRanges: &ringcentral.WeeklySchedule{
			Monday: []ringcentral.TimeInterval{{From: new("12:00"), To: new("13:00")}},
		}},
		CallHandlingAction: new(ringcentral.CallHandlingActionTakeMessagesOnly),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*rule.ID, *rule.Name)
	// Output: 1003 Lunch
}

// Documented errors are constants, and any response that is not the documented success is an *APIError.
func ExampleAPIError() {
	client, stop := vendor(http.StatusBadRequest, `{"errorCode": "AWR-179", "message": "[name] is too long: up to 127 symbols supported"}`)
	defer stop()
	_, err := client.UpdateAnsweringRule(context.Background(), "~", "~", "1003", ringcentral.UpdateAnsweringRuleRequest{Name: new("Lunch")})
	var apiErr *ringcentral.APIError
	if errors.As(err, &apiErr) {
		fmt.Println(apiErr.Status, apiErr.Code, apiErr.Documented, errors.Is(err, ringcentral.AWR179))
	}
	// Output: 400 AWR-179 true true
}

// Uploads stream: the file is never whole in memory.
func ExampleClient_CreateCustomUserGreeting() {
	client, stop := vendor(http.StatusOK, `{"id": "1004", "type": "Voicemail", "contentType": "audio/wav"}`)
	defer stop()
	greeting, err := client.CreateCustomUserGreeting(context.Background(), "~", "~", ringcentral.CreateCustomUserGreetingForm{
		Type:            ringcentral.UserGreetingTypeVoicemail,
		AnsweringRuleID: "1003",
		Binary:          ringcentral.File{Name: "greeting.wav", ContentType: "audio/wav", Reader: strings.NewReader("RIFF")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*greeting.ID, *greeting.ContentType)
	// Output: 1004 audio/wav
}

// An observer is told what answers hold and this version does not know.
func ExampleWithObserver() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id": "1004", "type": "Jingle", "volume": 11}`)
	}))
	defer server.Close()
	client, err := ringcentral.NewClient(server.URL, ringcentral.WithObserver(func(o ringcentral.Observation) {
		fmt.Println(o.Operation, o.UnknownMembers, o.UnknownValues)
	}))
	if err != nil {
		panic(err)
	}
	greeting, err := client.ReadCustomGreeting(context.Background(), "~", "~", "1004")
	fmt.Println(greeting.Type.Known(), err)
	// Output:
	// readCustomGreeting [volume] [{type Jingle}]
	// false <nil>
}

// Methods that begin with Get may be called on what is not there.
func ExampleAnsweringRule_GetVoicemail() {
	var rule *ringcentral.AnsweringRule
	fmt.Printf("%q\n", rule.GetVoicemail().GetRecipient().GetID())

	rule = &ringcentral.AnsweringRule{Voicemail: &ringcentral.Voicemail{Enabled: new(true)}}
	fmt.Printf("%t %q\n", rule.GetVoicemail().GetEnabled(), rule.GetVoicemail().GetRecipient().GetID())
	// Output:
	// ""
	// true ""
}
