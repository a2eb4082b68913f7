package ringcentraltest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

// exampleT stands in for the *testing.T that a test has and an example has not.
type exampleT struct{ fakeT }

func (t *exampleT) done() {
	for _, c := range t.cleanups {
		c()
	}
	for _, line := range t.said {
		fmt.Println(line)
	}
}

// createLunchRule is code under test.
func createLunchRule(ctx context.Context, client *ringcentral.Client) (string, error) {
	rule, err := client.CreateAnsweringRule(ctx, "~", "~", ringcentral.CreateAnsweringRuleRequest{
		Type: ringcentral.AnsweringRuleTypeCustom,
		Name: "Lunch",
	})
	switch {
	case errors.Is(err, ringcentral.AWR111):
		return "", errors.New("lunch needs a time")
	case err != nil:
		return "", err
	}
	return string(*rule.ID), nil
}

func Example() {
	t := &exampleT{} // in a test: its *testing.T
	defer t.done()
	ctx := context.Background()

	server := ringcentraltest.NewServer(t)
	fmt.Println(createLunchRule(ctx, server.Client()))

	server.Fail("createAnsweringRule", ringcentral.AWR111)
	fmt.Println(createLunchRule(ctx, server.Client()))

	for _, r := range server.Requests("createAnsweringRule") {
		var sent ringcentral.CreateAnsweringRuleRequest
		err := r.Decode(&sent)
		fmt.Println(r.PathParams["extensionId"], sent.Name, err)
	}
	// Output:
	// 1003 <nil>
	//  lunch needs a time
	// ~ Lunch <nil>
	// ~ Lunch <nil>
}

func ExampleServer_Reply() {
	t := &exampleT{}
	defer t.done()
	server := ringcentraltest.NewServer(t)
	server.Reply("listCallRecordingCustomGreetings",
		ringcentraltest.Recording("listCallRecordingCustomGreetings/200-none"),
		ringcentraltest.Recording("platform/502-gateway-page"))
	for range 2 {
		list, err := server.Client().ListCallRecordingCustomGreetings(context.Background(), "~", nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(len(list.Records), "greetings")
	}
	// Output:
	// 0 greetings
	// listCallRecordingCustomGreetings: 502 Bad Gateway (undocumented)
}

func ExampleServer_Throttle() {
	t := &exampleT{}
	defer t.done()
	server := ringcentraltest.NewServer(t)
	server.Throttle("readCustomGreeting", time.Minute)
	_, err := server.Client().ReadCustomGreeting(context.Background(), "~", "~", "1004")
	var failed *ringcentral.APIError
	if errors.As(err, &failed) {
		fmt.Println(failed.Status, failed.Code, failed.RetryAfter)
	}
	// Output: 429 CMN-301 1m0s
}

// A function that answers with what was sent.
func ExampleServer_Handle() {
	t := &exampleT{}
	defer t.done()
	server := ringcentraltest.NewServer(t)
	server.Handle("updateAnsweringRule", func(r ringcentraltest.Request) ringcentraltest.Response {
		var sent ringcentral.UpdateAnsweringRuleRequest
		if err := r.Decode(&sent); err != nil {
			return ringcentraltest.Recording("platform/400-CMN-104")
		}
		id := ringcentral.ID(r.PathParams["ruleId"])
		return ringcentraltest.JSON(200, ringcentral.AnsweringRule{ID: &id, Name: sent.Name})
	})
	rule, err := server.Client().UpdateAnsweringRule(context.Background(), "~", "~", "1003",
		ringcentral.UpdateAnsweringRuleRequest{Name: new("Siesta")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*rule.ID, *rule.Name)
	// Output: 1003 Siesta
}
