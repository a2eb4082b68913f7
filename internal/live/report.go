package live

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/transport"
)

// Outcome is what came of a recording.
type Outcome string

const (
	Pass    Outcome = "pass"
	Differs Outcome = "differs"
	Skipped Outcome = "skipped" // not sent
	Failed  Outcome = "failed"  // sent, and no usable answer
)

// Outcomes are all of them, those that need attention first.
var Outcomes = []Outcome{Differs, Failed, Skipped, Pass}

// Report is what a run found. Its JSON form is what programs read.
type Report struct {
	Server     string          `json:"server"`
	Date       string          `json:"date"`                 // of the run, 2026-11-24
	APIVersion string          `json:"apiVersion,omitempty"` // as the server gives it, in record mode
	Count      map[Outcome]int `json:"count"`                // of each outcome
	Results    []Result        `json:"results"`              // in the order of the recordings

	// Answered are the recordings that got an answer which says something, each with that answer as its response. It is
	// as it came: nothing of it is redacted.
	Answered []*recording.Recording `json:"-"`

	// Files are the rewritten recordings, by path; only in record mode, and only of a run that came to its end.
	Files map[string][]byte `json:"-"`
}

// Result is what came of one recording.
type Result struct {
	Recording   string   `json:"recording"` // "createAnsweringRule/400-AWR-111"
	Outcome     Outcome  `json:"outcome"`
	Status      int      `json:"status,omitempty"`      // of the answer
	Reason      string   `json:"reason,omitempty"`      // of Skipped and Failed
	Differences []string `json:"differences,omitempty"` // of Differs, redacted
	// Made is what the request has created or changed on the account: "POST", a blank, and the real id if the answer
	// had one. To be undone by hand.
	Made string `json:"made,omitempty"`
	// Recorded says what record mode did: "rewritten", "unchanged", or "kept: " and why.
	Recorded string `json:"recorded,omitempty"`
}

// report compares and, if the run is complete, records.
func (r *run) report(complete bool) *Report {
	today := time.Now().UTC()
	report := &Report{
		Server: r.server, Date: today.Format(time.DateOnly), APIVersion: r.version,
		Count: map[Outcome]int{}, Results: []Result{}, Files: map[string][]byte{},
	}
	redact := r.redactor()
	if r.Record {
		r.texts = r.anonymous()
	}
	for _, x := range r.exchanges {
		result := Result{Recording: name(x.recorded), Outcome: Skipped, Reason: x.reason}
		switch {
		case x.reason != "":
		case x.err != nil:
			result.Outcome, result.Reason = Failed, told(saidBy(redact, x.err))
		case x.answer == nil:
			result.Reason = "the run ended before it"
		case unusable(x):
			code, message := errorOf(x.answer.Body)
			result.Outcome, result.Status = Failed, x.answer.Status
			result.Reason = told(strings.TrimSpace(fmt.Sprintf("status %d %s", x.answer.Status, redact.Text(code+" "+message))))
		default:
			r.compared(x, &result, redact, today, complete, report)
		}
		if x.reason == "" && perhapsMade(x) {
			result.Made = x.recorded.Request.Method + ", perhaps: it has no clear answer"
		}
		report.Count[result.Outcome]++
		report.Results = append(report.Results, result)
	}
	return report
}

// told is how the report has a text that quotes the server, which was redacted.
func told(text string) string { return document.Printable(cut(text, maxText)) }

// saidBy is what an error says, redacted but for a figure of ours.
func saidBy(redact *recording.Redactor, err error) string {
	if tooLarge := (*transport.BodyTooLargeError)(nil); errors.As(err, &tooLarge) {
		return fmt.Sprintf("the answer is larger than %d bytes", tooLarge.Limit)
	}
	return redact.Text(err.Error())
}

func (r *run) compared(
	x *exchange,
	result *Result,
	redact *recording.Redactor,
	today time.Time,
	complete bool,
	report *Report,
) {
	answered := *x.recorded
	answered.Response = *x.answer
	report.Answered = append(report.Answered, &answered)
	differences := r.compare(x, redact.Text)
	result.Outcome, result.Status = Pass, x.answer.Status
	for _, d := range differences {
		result.Outcome = Differs
		result.Differences = append(result.Differences, told(d.text))
	}
	if made(x) {
		result.Made = x.recorded.Request.Method
		if id := topID(x.answer.Body); realID().MatchString(id) {
			result.Made += " " + id
		}
	}
	if !r.Record || !complete {
		return
	}
	data, kept := r.rewrite(x, differences, redact, today)
	switch {
	case kept != "":
		result.Recorded = "kept: " + told(kept)
	case data == nil:
		result.Recorded = "unchanged"
	default:
		result.Recorded = "rewritten"
		report.Files[x.recorded.File] = data
	}
}

// unusable tells an answer that says nothing about the request: throttling, or a fault of the server.
func unusable(x *exchange) bool {
	got := x.answer.Status
	return got != x.recorded.Response.Status && (got == http.StatusTooManyRequests || got >= 500)
}

// Text prints the report for a terminal: what differs, what failed, what was made and what was recorded in full, what
// was skipped by its reason.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	skipped := map[string][]string{}
	for _, outcome := range Outcomes {
		for _, result := range r.Results {
			if result.Outcome != outcome {
				continue
			}
			switch outcome {
			case Differs:
				fmt.Fprintf(&b, "differs  %s\n", result.Recording)
				for _, d := range result.Differences {
					fmt.Fprintf(&b, "         %s\n", d)
				}
			case Failed:
				fmt.Fprintf(&b, "failed   %s\n         %s\n", result.Recording, result.Reason)
			case Skipped:
				skipped[result.Reason] = append(skipped[result.Reason], result.Recording)
			}
		}
	}
	reasons := slices.SortedFunc(maps.Keys(skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(skipped[b]), len(skipped[a])), cmp.Compare(a, b))
	})
	for _, reason := range reasons {
		fmt.Fprintf(
			&b,
			"skipped  %d: %s\n         %s\n",
			len(skipped[reason]),
			reason,
			strings.Join(skipped[reason], " "),
		)
	}
	r.list(&b, "made or changed, undo it by hand:", func(result Result) string { return result.Made })
	r.list(&b, "recorded:", func(result Result) string {
		if result.Outcome == Differs && result.Recorded == "rewritten" {
			return "rewritten, although it differed"
		}
		return result.Recorded
	})
	fmt.Fprintf(&b, "%s, %s: %d pass, %d differ, %d failed, %d skipped\n", r.Server, r.Date,
		r.Count[Pass], r.Count[Differs], r.Count[Failed], r.Count[Skipped])
	_, err := io.WriteString(w, b.String())
	return err
}

// list prints a line for each result that has something to say.
func (r *Report) list(b *strings.Builder, title string, of func(Result) string) {
	for _, result := range r.Results {
		if text := of(result); text != "" && text != "unchanged" {
			if title != "" {
				fmt.Fprintln(b, title)
				title = ""
			}
			fmt.Fprintf(b, "  %s: %s\n", result.Recording, text)
		}
	}
}
