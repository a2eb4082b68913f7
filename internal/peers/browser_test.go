//go:build browser

package peers_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/report"
	"github.com/ringbasic/ringbasic/internal/report/reporttest"
)

// chromium finds the browser. Without one there is nothing to test with, which is a failure and not a pass.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium in the PATH: install it (apt-get install chromium, or brew install --cask chromium)")
	return ""
}

// browser is a tab, and what it asked for and complained about.
type browser struct {
	ctx      context.Context
	mu       sync.Mutex
	requests []string
	problems []string
}

// TestBrowser tries the page in one headless Chromium, each test in a tab of its own.
func TestBrowser(t *testing.T) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	first, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(first))
	t.Cleanup(func() { require.NoError(t, chromedp.Cancel(first)) }) // waits for the browser to end
	for name, test := range map[string]func(*testing.T, *browser){
		"filter": testFilter, "deep link": testDeepLink, "no network": testNoNetwork, "widths": testWidths,
		"contrast": testContrast, "accessibility": testAccessibility, "picture": testPicture,
	} {
		t.Run(name, func(t *testing.T) {
			b := &browser{}
			ctx, cancel := chromedp.NewContext(first, chromedp.WithListener(b.listen))
			defer cancel()
			b.ctx = ctx
			require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1280, 800)))
			test(t, b)
		})
	}
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprint("console: ", e.Type))
	}
}

// page is a page that the tests of package report hold against what it renders.
func page(t *testing.T, name string) string {
	t.Helper()
	return read(t, "internal/report/testdata/"+name+".html")
}

const patience = 30 * time.Second

func (b *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, actions...))
}

// eval is the value of a JavaScript expression in the page.
func eval[T any](t *testing.T, b *browser, expression string, options ...chromedp.EvaluateOption) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	require.NoError(t, err)
	return v
}

// js runs JavaScript in the page.
func js(statement string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](statement)
}

// serve serves one page on a loopback address, and counts everything that is asked for beside it.
func serve(t *testing.T, page string) (address string, others func() []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(page))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Path)
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/", func() []string {
		mu.Lock()
		defer mu.Unlock()
		return asked
	}
}

const (
	visible = `[...document.querySelectorAll(".finding")].filter(f => f.checkVisibility()).length`
	overlap = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
)

func visibleOf(kind string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".finding[data-kind=%s]")].filter(f => f.checkVisibility()).length`, kind)
}

func phone(width int64) chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(width, 800, chromedp.EmulateMobile)
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return err
	})
}

func testFilter(t *testing.T, b *browser) {
	address, _ := serve(t, page(t, "everything"))
	b.do(t, chromedp.Navigate(address))
	require.Equal(t, []int{7, 7, 0, 0}, []int{eval[int](t, b, visibleOf("breaking")), eval[int](t, b, visibleOf("risky")), eval[int](t, b, visibleOf("safe")),
		eval[int](t, b, visibleOf("quiet"))})
	require.Equal(t, "14 of 23 shown", eval[string](t, b, `document.getElementById("shown").textContent`))
	require.True(t, eval[bool](t, b, `document.querySelector("#worst li").getBoundingClientRect().bottom < innerHeight`), "what breaks is on the first screen")

	b.do(t, chromedp.Click(`nav input[value=risky]`))
	require.Equal(t, 7, eval[int](t, b, visible))
	require.Equal(t, 6, eval[int](t, b, `[...document.querySelectorAll(".operation")].filter(o => o.checkVisibility()).length`),
		"no operation goes with its findings")
	require.Equal(t, "10 more findings are filtered out", eval[string](t, b, `document.querySelector(".filtered:not([hidden])").textContent`))

	// With the keyboard: from the risky box to the next one, which the space bar checks.
	b.do(t, chromedp.Focus(`nav input[value=risky]`), chromedp.KeyEvent("\t"), chromedp.KeyEvent(" "))
	require.Equal(t, 6, eval[int](t, b, visibleOf("safe")))

	b.do(t, chromedp.Navigate(address+"?show=quiet"))
	require.Equal(t, 3, eval[int](t, b, visible))
	require.Equal(t, 3, eval[int](t, b, visibleOf("quiet")))
	require.Empty(t, b.problems)
}

func testDeepLink(t *testing.T, b *browser) {
	address, _ := serve(t, page(t, "everything"))
	var safe, quiet diff.Finding
	for _, f := range reporttest.Everything().Findings {
		switch {
		case !f.Counts():
			quiet = f
		case f.Severity == diff.Safe:
			safe = f
		}
	}
	inView := func(f diff.Finding) string {
		return fmt.Sprintf(`(() => { const r = document.getElementById("f-%s").getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom `+
			`<= innerHeight })()`, report.Key(f))
	}
	b.do(t, chromedp.Navigate(address+"#f-"+report.Key(safe)))
	require.True(t, eval[bool](t, b, inView(safe)), "a finding that the filter hides is shown")
	require.True(t, eval[bool](t, b, `document.querySelector("nav input[value=safe]").checked`))
	require.Equal(t, "f-"+report.Key(safe), eval[string](t, b, `document.activeElement.id`))
	require.Zero(t, eval[int](t, b, visibleOf("quiet")), "and nothing else")

	b.do(t, js(fmt.Sprintf(`location.hash = "#f-%s"`, report.Key(quiet))), chromedp.Sleep(100*time.Millisecond))
	require.True(t, eval[bool](t, b, inView(quiet)), "a link that is followed later")

	b.do(t, chromedp.Navigate(address+"?show=#f-nowhere"))
	require.Zero(t, eval[int](t, b, visible))
	b.do(t, chromedp.Click("#worst li a"), chromedp.Sleep(100*time.Millisecond))
	require.Equal(t, 7, eval[int](t, b, visibleOf("breaking")), "what breaks leads to the finding")
	require.Empty(t, b.problems)
}

// The page loads nothing, and could not if it wanted to. It works from a file, too.
func testNoNetwork(t *testing.T, b *browser) {
	text := page(t, "everything")
	address, others := serve(t, text)
	b.do(t, chromedp.Navigate(address), chromedp.Sleep(300*time.Millisecond))
	b.mu.Lock()
	for _, request := range b.requests {
		require.Contains(t, []string{address, "data:,"}, request)
	}
	b.mu.Unlock()
	require.Empty(t, others())
	require.Empty(t, b.problems)

	blocked := fmt.Sprintf(`fetch(%q).then(() => "sent", () => "blocked")`, address+"leak")
	require.Equal(t, "blocked", eval[string](t, b, blocked, chromedp.EvalAwaitPromise))
	b.do(t, js(fmt.Sprintf(`{ const i = new Image(); i.src = %q; document.body.append(i) }`, address+"pixel.png")), chromedp.Sleep(300*time.Millisecond))
	require.Empty(t, others())

	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	b.do(t, chromedp.Navigate((&url.URL{Scheme: "file", Path: file}).String()+"?show=breaking"))
	require.Equal(t, 7, eval[int](t, b, visible))
}

// Nothing runs over the edge, from a small phone to a desk, also where vendor text is long and without a space.
func testWidths(t *testing.T, b *browser) {
	r := reporttest.Everything()
	r.Findings[0].Location = "request application/json " + string(bytes.Repeat([]byte("aB1_"), 200))
	r.Operations = append(r.Operations, "GET /"+string(bytes.Repeat([]byte("segment"), 80)))
	r.Document = append(r.Document, string(bytes.Repeat([]byte("x"), 2000)))
	address, _ := serve(t, render(t, "html", r))
	for _, width := range []int64{320, 360, 390, 768, 1280, 1920} {
		b.do(t, phone(width), chromedp.Navigate(address+"?show=breaking,risky,safe,quiet"))
		require.Equal(t, width, eval[int64](t, b, "innerWidth"), "the page was laid out wider than %d", width)
		require.Zero(t, eval[int](t, b, overlap), "%d px", width)
		require.Equal(t, 23, eval[int](t, b, visible))
	}
}

// contrasts lists the texts whose contrast with what is behind them is below WCAG 2.2 AA (1.4.3): 4.5, or 3 where it is
// large.
const contrasts = `(() => {
  const parse = s => s.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  	if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const low = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.checkVisibility() || e.closest("script, style")) continue;
    seen++;
    const style = getComputedStyle(e), [a, b] = [light(parse(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) low.add(ratio.toFixed(2) + " " + e.tagName + "." + e.className + " " + style.color);
  }
  if (seen < 100) low.add("only " + seen + " texts seen");
  return [...low];
})()`

func testContrast(t *testing.T, b *browser) {
	first := reporttest.Everything().Findings[0]
	address, _ := serve(t, page(t, "everything"))
	quiet, _ := serve(t, page(t, "nothing"))
	backgrounds := map[string]bool{}
	for _, name := range []string{"light", "dark"} {
		// With a finding that is linked to, which has a colour of its own.
		b.do(t, scheme(name), chromedp.Navigate(address+"?show=breaking,risky,safe,quiet#f-"+report.Key(first)),
			js(`document.querySelectorAll("details").forEach(d => d.open = true)`))
		require.Empty(t, eval[[]string](t, b, contrasts), name)
		backgrounds[eval[string](t, b, `getComputedStyle(document.body).backgroundColor`)] = true
		require.NotEqual(t, eval[string](t, b, `getComputedStyle(document.querySelector(".finding:target")).backgroundColor`),
			eval[string](t, b, `getComputedStyle(document.querySelector(".finding:not(:target)")).backgroundColor`))
		b.do(t, chromedp.Navigate(quiet))
		require.Empty(t, eval[[]string](t, b, fmt.Sprintf(`%s.filter(s => !s.startsWith("only"))`, contrasts)), name)
	}
	require.Len(t, backgrounds, 2, "light and dark differ")
}

// What a keyboard reaches is what a mouse reaches, and it is seen; names and roles are there.
func testAccessibility(t *testing.T, b *browser) {
	address, _ := serve(t, page(t, "everything"))
	b.do(t, chromedp.Navigate(address), chromedp.KeyEvent("\t"))
	require.Equal(t, "skip", eval[string](t, b, `document.activeElement.className`), "the first stop leads past the filter")
	require.True(t, eval[bool](t, b, `document.activeElement.getBoundingClientRect().left >= 0`), "and is seen")
	b.do(t, chromedp.KeyEvent("\t"))
	require.Equal(t, "breaking", eval[string](t, b, `document.activeElement.value`))
	require.Equal(t, "solid", eval[string](t, b, `getComputedStyle(document.activeElement).outlineStyle`))
	require.Equal(t, "en", eval[string](t, b, `document.documentElement.lang`))
	require.Equal(t, 1, eval[int](t, b, `document.querySelectorAll("h1").length`))
	require.Zero(t, eval[int](t, b, `[...document.querySelectorAll("input")].filter(i => !i.labels.length).length`))
	require.Zero(t, eval[int](t, b, `[...document.querySelectorAll("a, summary")].filter(a => !a.textContent.trim()).length`))
	require.Equal(t, "0s", eval[string](t, b, `[...new Set([...document.querySelectorAll("*")].flatMap(e => [getComputedStyle(e).transitionDuration,`+
		` getComputedStyle(e).animationDuration]))].join()`), "nothing moves")
}
