package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/oauth2"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

// Each attempt is a span below the caller's, and a point of the histogram.
func TestTraced(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path[len(r.URL.Path)-1] == '0' {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, `{"id":"1004"}`)
	}))
	defer server.Close()
	spans, reader := tracetest.NewSpanRecorder(), metric.NewManualReader()
	traces := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
	onAttempt, err := traced(traces, metric.NewMeterProvider(metric.WithReader(reader)))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := transport.New(transport.Config{
		Server: server.URL, TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "t"}),
		Group: ringcentral.ThrottlingGroup, Operation: ringcentral.OperationID, OnAttempt: onAttempt,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := ringcentral.NewClient(server.URL, ringcentral.WithHTTPClient(tr.Client()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, caller := traces.Tracer("service").Start(t.Context(), "vacation")
	if _, err := client.ReadCustomGreeting(ctx, "~", "~", "1004"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ReadCustomGreeting(ctx, "~", "~", "1000"); err == nil {
		t.Fatal("no error")
	}
	ended := spans.Ended()
	if len(ended) != 2 {
		t.Fatalf("%d spans", len(ended))
	}
	for i, want := range []struct {
		status int
		code   codes.Code
	}{{200, codes.Unset}, {404, codes.Error}} {
		span := ended[i]
		if span.Name() != "GET readCustomGreeting" || span.Parent().SpanID() != caller.SpanContext().SpanID() || span.Status().Code != want.code {
			t.Errorf("span %d: %s, parent %v, status %v", i, span.Name(), span.Parent().SpanID(), span.Status())
		}
		set := attribute.NewSet(span.Attributes()...)
		if status, _ := set.Value("http.response.status_code"); status.AsInt64() != int64(want.status) {
			t.Errorf("span %d: status %v", i, status)
		}
		if size, _ := set.Value("http.response.body.size"); size.AsInt64() != int64(len(`{"id":"1004"}`)) {
			t.Errorf("span %d: size %v", i, size)
		}
	}
	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	histogram := data.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64])
	if len(histogram.DataPoints) != 2 || histogram.DataPoints[0].Count != 1 {
		t.Errorf("points: %v", histogram.DataPoints)
	}
}
