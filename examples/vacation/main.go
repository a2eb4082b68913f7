// Command vacation has callers hear a greeting of their own while somebody is away: it creates a rule for a range of
// dates that takes messages only, uploads a sound file as its greeting, and with -off switches the rule off again.
//
//	vacation -from 2026-12-21 -to 2027-01-04 -greeting away.wav
//	vacation -off RULE
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

func main() {
	from := flag.String("from", "", "the first day, as 2026-12-21")
	to := flag.String("to", "", "the day after the last one")
	greeting := flag.String("greeting", "", "a WAV or MP3 file")
	off := flag.String("off", "", "switch this rule off instead")
	flag.Parse()
	if *off == "" && (*from == "" || *to == "" || *greeting == "") {
		fmt.Fprintln(flag.CommandLine.Output(), "name -from, -to and -greeting, or -off")
		flag.Usage()
		os.Exit(2)
	}
	t, err := transport.New(transport.Config{
		Server: os.Getenv("RINGCENTRAL_SERVER"),
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
	defer t.Close()
	client, err := ringcentral.NewClient(os.Getenv("RINGCENTRAL_SERVER"), ringcentral.WithHTTPClient(t.Client()))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if *off != "" {
		err = switchOff(ctx, client, os.Stdout, ringcentral.ID(*off))
	} else {
		err = goAway(ctx, client, os.Stdout, *from, *to, *greeting)
	}
	if err != nil {
		log.Fatal(inWords(err))
	}
}

// goAway creates the rule, and gives it the greeting.
func goAway(ctx context.Context, client *ringcentral.Client, w io.Writer, from, to, greeting string) error {
	file, err := os.Open(greeting)
	if err != nil {
		return err
	}
	defer file.Close()
	rule, err := client.CreateAnsweringRule(ctx, "~", "~", ringcentral.CreateAnsweringRuleRequest{
		Type:    ringcentral.AnsweringRuleTypeCustom,
		Name:    "Vacation " + from,
		Enabled: new(true),
		Schedule: &ringcentral.Schedule{
			Ranges: []ringcentral.DateRange{{From: new(from + "T00:00:00"), To: new(to + "T00:00:00")}},
		},
		CallHandlingAction: new(ringcentral.CallHandlingActionTakeMessagesOnly),
	})
	if err != nil {
		return err
	}
	if rule.ID == nil {
		return errors.New("the server created a rule and did not say which")
	}
	contentType := map[string]string{".wav": "audio/wav", ".mp3": "audio/mpeg"}[strings.ToLower(filepath.Ext(greeting))]
	_, err = client.CreateCustomUserGreeting(ctx, "~", "~", ringcentral.CreateCustomUserGreetingForm{
		Type:            ringcentral.UserGreetingTypeVoicemail,
		AnsweringRuleID: *rule.ID,
		Binary:          ringcentral.File{Name: filepath.Base(greeting), ContentType: contentType, Reader: file},
	})
	if err != nil {
		return fmt.Errorf("rule %s is there, without its greeting: %w", *rule.ID, err)
	}
	fmt.Fprintf(w, "rule %s takes messages from %s to %s\n", *rule.ID, from, to)
	return nil
}

// switchOff changes nothing else of the rule: what is nil is not sent.
func switchOff(ctx context.Context, client *ringcentral.Client, w io.Writer, rule ringcentral.ID) error {
	if _, err := client.UpdateAnsweringRule(ctx, "~", "~", rule,
		ringcentral.UpdateAnsweringRuleRequest{Enabled: new(false)}); err != nil {
		return err
	}
	fmt.Fprintf(w, "rule %s is off\n", rule)
	return nil
}

// inWords says of an error what to do about it.
func inWords(err error) string {
	var (
		apiErr    *ringcentral.APIError
		throttled *transport.ThrottledError
		refused   *transport.TokenError
	)
	switch {
	case errors.Is(err, ringcentral.AWR179):
		return "the name of the rule is too long: shorten it"
	case errors.Is(err, ringcentral.AWR165), errors.Is(err, ringcentral.AWR129), errors.Is(err, ringcentral.AWR128):
		return fmt.Sprintf("the sound file is not taken (%v): use a WAV or MP3 file below 20 MB", err)
	case errors.As(err, &throttled):
		return fmt.Sprintf("too many calls: try again in %v", throttled.Wait.Round(time.Second))
	case errors.As(err, &refused):
		return fmt.Sprintf("no access: %v", refused)
	case errors.As(err, &apiErr) && apiErr.Documented:
		return fmt.Sprintf("%s: %s (request %s)", apiErr.Code, apiErr.Message, apiErr.RequestID)
	}
	return err.Error()
}
