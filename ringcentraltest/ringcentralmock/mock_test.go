package ringcentralmock_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
	"github.com/ringbasic/ringbasic/ringcentraltest/ringcentralmock"
	"github.com/ringbasic/ringbasic/transport"
)

func mocked(t *testing.T) (*httpmock.MockTransport, *ringcentraltest.Server, *ringcentral.Client) {
	t.Helper()
	mock := httpmock.NewMockTransport()
	platform := ringcentraltest.NewHandler()
	ringcentralmock.Register(mock, ringcentral.ServerProduction, platform)
	client, err := ringcentral.NewClient("", ringcentral.WithHTTPClient(&http.Client{Transport: mock}))
	require.NoError(t, err)
	return mock, platform, client
}

// Every operation and error comes through the mock as it does from the server.
func TestRegister(t *testing.T) {
	t.Parallel()
	mock, platform, client := mocked(t)
	rule, err := client.CreateAnsweringRule(t.Context(), "~", "~", ringcentral.CreateAnsweringRuleRequest{Type: "Custom", Name: "Lunch"})
	require.NoError(t, err)
	require.Equal(t, "Lunch", ringcentral.OrZero(rule.Name))
	_, err = client.ListCallRecordingCustomGreetings(t.Context(), "~",
		&ringcentral.ListCallRecordingCustomGreetingsParams{Type: new(ringcentral.CallRecordingGreetingTypeStartRecording)})
	require.NoError(t, err)

	platform.Fail("createAnsweringRule", ringcentral.AWR179)
	_, err = client.CreateAnsweringRule(t.Context(), "~", "~", ringcentral.CreateAnsweringRuleRequest{Type: "Custom", Name: "Lunch"})
	require.ErrorIs(t, err, ringcentral.AWR179)
	require.Len(t, platform.Requests(), 3)
	require.Equal(t, 3, mock.GetTotalCallCount())

	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: mock}).Get(ringcentral.ServerProduction + "/restapi/v1.0/account/~/extension/~/greeting/1004/content")
	if err == nil {
		_ = resp.Body.Close()
	}
	require.ErrorContains(t, err, "no responder found", "another path is for other responders")
}

// Answers that come late, in part or not at all are the faults that the network has.
func TestFaults(t *testing.T) {
	t.Parallel()
	_, platform, client := mocked(t)
	read := func(ctx context.Context) error {
		_, err := client.ReadCustomGreeting(ctx, "~", "~", "1004")
		return err
	}
	platform.Reply("readCustomGreeting", ringcentraltest.Dropped())
	require.ErrorIs(t, read(t.Context()), io.EOF)
	platform.Reply("readCustomGreeting", ringcentraltest.JSON(200, map[string]any{"id": "1004"}).CutOff())
	require.ErrorIs(t, read(t.Context()), io.ErrUnexpectedEOF)
	platform.Reply("readCustomGreeting", ringcentraltest.JSON(200, map[string]any{"id": "1004"}).Delayed(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, read(ctx), context.DeadlineExceeded)
	require.NoError(t, read(t.Context()))
}

// A transport gets its token from the mock, too.
func TestToken(t *testing.T) {
	t.Parallel()
	mock, _, _ := mocked(t)
	tr, err := transport.New(transport.Config{Base: mock, Credentials: transport.Credentials{ClientID: "a", ClientSecret: transport.NewSecret("b"),
		JWT: transport.NewSecret("a.b.c")}})
	require.NoError(t, err)
	client, err := ringcentral.NewClient("", ringcentral.WithHTTPClient(tr.Client()))
	require.NoError(t, err)
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	require.NoError(t, err)
	require.NoError(t, tr.Close())
}

// A mistake in setting the server up is told where it is made.
func TestMistake(t *testing.T) {
	t.Parallel()
	_, platform, _ := mocked(t)
	require.Panics(t, func() { platform.Fail("readCustomGreeting", ringcentral.AWR179) })
}

func ExampleRegister() {
	mock := httpmock.NewMockTransport()
	platform := ringcentraltest.NewHandler()
	ringcentralmock.Register(mock, ringcentral.ServerProduction, platform)
	client, err := ringcentral.NewClient("", ringcentral.WithHTTPClient(&http.Client{Transport: mock}))
	if err != nil {
		panic(err)
	}
	platform.Fail("readCustomGreeting", ringcentral.CMN102)
	_, err = client.ReadCustomGreeting(context.Background(), "~", "~", "1004")
	fmt.Println(errors.Is(err, ringcentral.CMN102))
	// Output: true
}
