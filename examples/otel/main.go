// Command otel shows traces and metrics by OpenTelemetry: a span and a point of a histogram for each attempt, beside
// the span of the caller. It is a module of its own, so that the client's module does not require OpenTelemetry.
package main

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

// traced is a hook for transport.Config.OnAttempt. Names are those of OpenTelemetry's semantic conventions for HTTP
// clients.
func traced(
	traces trace.TracerProvider,
	metrics metric.MeterProvider,
) (func(context.Context, transport.Attempt), error) {
	tracer := traces.Tracer("ringcentral")
	duration, err := metrics.Meter("ringcentral").Float64Histogram("http.client.request.duration", metric.WithUnit("s"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, a transport.Attempt) {
		attributes := []attribute.KeyValue{
			attribute.String("http.request.method", a.Method), attribute.String("server.address", a.Host),
			attribute.String("ringcentral.operation", a.Operation), attribute.String("ringcentral.group", a.Group),
		}
		if a.Status > 0 {
			attributes = append(attributes, attribute.Int("http.response.status_code", a.Status))
		}
		ended := a.Began.Add(a.Duration)
		duration.Record(ctx, a.Duration.Seconds(), metric.WithAttributes(attributes...))
		_, span := tracer.Start(
			ctx,
			a.Method+" "+a.Operation,
			trace.WithTimestamp(a.Began),
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attributes...),
			trace.WithAttributes(
				attribute.Int(
					"http.request.resend_count",
					a.Number-1,
				),
				attribute.String("ringcentral.request_id", a.RequestID),
				attribute.Int64(
					"http.request.body.size",
					a.Sent,
				),
				attribute.Int64("http.response.body.size", a.Received),
			),
		)
		switch {
		case a.Err != nil:
			span.SetStatus(codes.Error, a.Err.Error())
		case a.Status >= 400:
			span.SetStatus(codes.Error, "")
		}
		span.End(trace.WithTimestamp(ended))
	}, nil
}

func run(ctx context.Context) error {
	onAttempt, err := traced(otel.GetTracerProvider(), otel.GetMeterProvider()) // as the service has set them
	if err != nil {
		return err
	}
	t, err := transport.New(transport.Config{
		Credentials: transport.Credentials{
			ClientID:     os.Getenv("RINGCENTRAL_CLIENT_ID"),
			ClientSecret: transport.NewSecret(os.Getenv("RINGCENTRAL_CLIENT_SECRET")),
			JWT:          transport.NewSecret(os.Getenv("RINGCENTRAL_JWT")),
		},
		Group: ringcentral.ThrottlingGroup, MayRetry: ringcentral.MayRetry, Operation: ringcentral.OperationID,
		OnAttempt: onAttempt,
	})
	if err != nil {
		return err
	}
	client, err := ringcentral.NewClient("", ringcentral.WithHTTPClient(t.Client()))
	if err != nil {
		return err
	}
	_, err = client.ReadCustomGreeting(ctx, "~", "~", "1004")
	return err
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
