// Command first-call creates a rule that takes messages at lunchtime, and tells the documented errors apart. It takes
// server and credentials from the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

func main() {
	server := os.Getenv("RINGCENTRAL_SERVER")
	if server == "" {
		server = ringcentral.ServerSandbox
	}
	t, err := transport.New(transport.Config{
		Server: server,
		Credentials: transport.Credentials{
			ClientID:     os.Getenv("RINGCENTRAL_CLIENT_ID"),
			ClientSecret: transport.NewSecret(os.Getenv("RINGCENTRAL_CLIENT_SECRET")),
			JWT:          transport.NewSecret(os.Getenv("RINGCENTRAL_JWT")),
		},
		Group:    ringcentral.ThrottlingGroup,
		MayRetry: ringcentral.MayRetry,
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := ringcentral.NewClient(server, ringcentral.WithHTTPClient(t.Client()))
	if err != nil {
		log.Fatal(err)
	}

	// "~" is the account and the extension of whoever is logged in.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rule, err := client.CreateAnsweringRule(ctx, "~", "~", ringcentral.CreateAnsweringRuleRequest{
		Type: ringcentral.AnsweringRuleTypeCustom,
		Name: "Lunch",
		Schedule: &ringcentral.Schedule{WeeklyRanges: &ringcentral.WeeklySchedule{
			Monday: []ringcentral.TimeInterval{{From: new("12:00"), To: new("13:00")}},
		}},
		CallHandlingAction: new(ringcentral.CallHandlingActionTakeMessagesOnly),
	})
	var apiErr *ringcentral.APIError
	switch {
	case errors.Is(err, ringcentral.AWR179):
		log.Fatal("choose a shorter name")
	case errors.As(err, &apiErr):
		log.Fatalf("%v (status %d, request %s)", err, apiErr.Status, apiErr.RequestID)
	case err != nil: // no answer: a *transport.TokenError, a *transport.ThrottledError, a network fault
		log.Fatal(err)
	}
	if rule.ID != nil { // what a response may leave out is a pointer
		fmt.Println("created rule", *rule.ID)
	}
}
