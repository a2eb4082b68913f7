// Command observability shows where logs and metrics come from: the events and attempts of the transport, one line a
// call with what the response says, and what in answers the description does not have. It uses log/slog and expvar,
// which any other logger or metrics library can take the place of.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

// events counts waits, repetitions and tokens by kind and usage-plan group.
var events = expvar.NewMap("ringcentral_events")

// unknown counts answers with something that this version of the client does not know, by operation: let an alert watch
// it.
var unknown = expvar.NewMap("ringcentral_unknown")

// drifted is told what in an answer the description does not have: a metric, a line in the log, and a line for
// "ringbasic traffic", which makes findings and overlay actions of it. It holds no value but that of an enumeration.
func drifted(log *slog.Logger, lines io.Writer) func(ringcentral.Observation) {
	var mutex sync.Mutex
	return func(o ringcentral.Observation) {
		unknown.Add(o.Operation, 1)
		log.Warn(
			"drift",
			"operation",
			o.Operation,
			"status",
			o.Status,
			"code",
			string(o.Code),
			"documented",
			o.Documented,
			"members",
			o.UnknownMembers,
			"values",
			o.UnknownValues,
			"types",
			o.WrongTypes,
		)
		mutex.Lock()
		defer mutex.Unlock()
		if err := json.NewEncoder(lines).Encode(o); err != nil {
			log.Error(err.Error())
		}
	}
}

// attempts counts what was sent, by operation and status; milliseconds is how long it took, by operation: a histogram
// where the metrics library has one.
var (
	attempts     = expvar.NewMap("ringcentral_attempts")
	milliseconds = expvar.NewMap("ringcentral_attempt_milliseconds")
)

// attempted is told of each sending of a request: its attributes come from small sets, as those of metrics should. For
// traces it has when it began and how long it took.
func attempted(log *slog.Logger) func(context.Context, transport.Attempt) {
	return func(ctx context.Context, a transport.Attempt) {
		attempts.Add(a.Operation+" "+strconv.Itoa(a.Status), 1)
		milliseconds.Add(a.Operation, a.Duration.Milliseconds())
		log.LogAttrs(ctx, slog.LevelDebug, "ringcentral", slog.Any("attempt", a))
	}
}

func observe(log *slog.Logger) func(context.Context, transport.Event) {
	return func(ctx context.Context, e transport.Event) {
		events.Add(string(e.Kind)+" "+e.Group, 1)
		log.LogAttrs(ctx, slog.LevelInfo, "ringcentral", slog.Any("event", e))
	}
}

// readGreeting is a call with a line in the log: how long it took, and what the vendor's support will ask for.
func readGreeting(
	ctx context.Context,
	log *slog.Logger,
	client *ringcentral.Client,
	id ringcentral.ID,
) (*ringcentral.UserGreeting, error) {
	var response ringcentral.Response
	began := time.Now()
	greeting, err := client.ReadCustomGreeting(ctx, "~", "~", id, ringcentral.WithResponse(&response))
	attrs := []slog.Attr{
		slog.String(
			"operation",
			"readCustomGreeting",
		), slog.Int("status", response.Status), slog.Int("attempts", response.Attempts),
		slog.String("request", response.RequestID),
		slog.Int("remaining", response.RateLimit.Remaining), slog.Duration("took", time.Since(began)),
	}
	var apiErr *ringcentral.APIError
	if errors.As(err, &apiErr) {
		attrs = append(attrs, slog.String("code", string(apiErr.Code)), slog.Bool("documented", apiErr.Documented))
	}
	log.LogAttrs(ctx, slog.LevelInfo, "call", attrs...)
	return greeting, err
}

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	t, err := transport.New(transport.Config{
		Credentials: transport.Credentials{
			ClientID:     os.Getenv("RINGCENTRAL_CLIENT_ID"),
			ClientSecret: transport.NewSecret(os.Getenv("RINGCENTRAL_CLIENT_SECRET")),
			JWT:          transport.NewSecret(os.Getenv("RINGCENTRAL_JWT")),
		},
		Group:   ringcentral.ThrottlingGroup,
		OnEvent: observe(log),

		Operation: ringcentral.OperationID,
		OnAttempt: attempted(log),
	})
	if err != nil {
		log.Error(err.Error())
		os.Exit(1)
	}
	client, err := ringcentral.NewClient(
		"",
		ringcentral.WithHTTPClient(t.Client()),
		ringcentral.WithObserver(drifted(log, os.Stdout)),
	)
	if err != nil {
		log.Error(err.Error())
		os.Exit(1)
	}
	if _, err := readGreeting(context.Background(), log, client, "1004"); err != nil {
		os.Exit(1)
	}
}
