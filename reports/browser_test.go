package reports

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bf16lab/experiments/results"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browserPath finds a browser. Without one the test is skipped, but on a build server (CI=true) it fails.
func browserPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const hint = "no chromium found; install it (Debian: apt-get install chromium) to test the page in a browser"
	if os.Getenv("CI") == "true" {
		t.Fatal(hint)
	}
	t.Skip(hint)
	return ""
}

// tab is a page that is open in a browser, with everything it said or asked for.
type tab struct {
	context.Context
	t        *testing.T
	mu       sync.Mutex
	said     []string // console messages and exceptions
	requests []string // addresses other than the page's own file
}

// openReport writes the report of a run and opens it in a window of the given width. At the end of the test the page
// must neither have said anything on the console nor asked the network for anything.
func openReport(t *testing.T, run *results.Run, width int64) *tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, mustPage(t, run), 0o666); err != nil {
		t.Fatal(err)
	}
	address := "file://" + filepath.ToSlash(path)
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)

	p := &tab{Context: ctx, t: t}
	p.do(chromedp.EmulateViewport(width, 900))
	go p.listen(chromedp.Console(ctx))
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && e.Request.URL != address && !strings.HasPrefix(e.Request.URL, address+"#") {
			p.mu.Lock()
			p.requests = append(p.requests, e.Request.URL)
			p.mu.Unlock()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(address))
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.said) > 0 {
			t.Errorf("console: %q", p.said)
		}
		if len(p.requests) > 0 {
			t.Errorf("the page asked for %q", p.requests)
		}
	})
	return p
}

// listen collects what the console says until the tab closes.
func (p *tab) listen(messages func(func(chromedp.ConsoleMessage, error) bool)) {
	for m, err := range messages {
		if err != nil {
			return
		}
		p.mu.Lock()
		p.said = append(p.said, string(m.Type)+": "+m.Text)
		p.mu.Unlock()
	}
}

// do runs actions.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval returns the value of a script.
func eval[T any](p *tab, script string) T {
	p.t.Helper()
	v, err := chromedp.Run(p, chromedp.Evaluate[T](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// wait waits until a script is true.
func (p *tab) wait(script string) {
	p.t.Helper()
	for range 100 {
		if eval[bool](p, "Boolean("+script+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("this never became true: %s", script)
}

// over moves the mouse over the plot, to a share of its width and height, and returns the point.
func (p *tab) over(x, y float64) (float64, float64) {
	p.t.Helper()
	box := eval[[]float64](p, `(() => { const o = document.querySelector("#plot .u-over"); o.scrollIntoView({block: "center"});
		const b = o.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()`)
	px, py := box[0]+x*box[2], box[1]+y*box[3]
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, px, py))
	return px, py
}

// press types a key into the plot.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.Focus(chromedp.CSS("#plot")), chromedp.KeyEvent(key))
	}
}

// pixels counts the pixels of the plot that have the colour of a policy, within a little.
func (p *tab) pixels(policy string) int {
	p.t.Helper()
	return eval[int](p, `(() => {
		const hex = getComputedStyle(document.documentElement).getPropertyValue("--policy-`+policy+`").trim();
		const want = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
		const plot = document.querySelector("#plot canvas"), canvas = new OffscreenCanvas(plot.width, plot.height);
		const ctx = canvas.getContext("2d", { willReadFrequently: true });
		ctx.drawImage(plot, 0, 0);
		const d = ctx.getImageData(0, 0, canvas.width, canvas.height).data;
		let n = 0;
		for (let i = 0; i < d.length; i += 4) if (want.every((w, c) => Math.abs(d[i + c] - w) < 12)) n++;
		return n;
	})()`)
}

const (
	inspected = `document.querySelector("#inspector h3").textContent`
	rowsShown = `[...document.querySelectorAll("#worst-table tbody tr")].map((r) => [...r.cells].map((c) => c.textContent))`
)

func TestBrowserHover(t *testing.T) {
	p := openReport(t, fullRun(t), 1400)
	if got := eval[string](p, inspected); got != "out/embeddings_1bp" {
		t.Errorf("the page opens with %s, want the 1 bp embedding", got)
	}
	p.over(0.5, 0.5)
	p.wait(`!document.querySelector("#plot .tip").hidden`)
	name := eval[string](p, `document.querySelector("#plot .tip b").textContent`)
	if want := eval[string](p, `data.names[312]`); name != want {
		t.Errorf("in the middle of the plot is %s, want %s", name, want)
	}
	if got := eval[string](p, inspected); got != name {
		t.Errorf("the inspector shows %s while the tip shows %s", got, name)
	}
	tip := eval[string](p, `document.querySelector("#plot .tip").textContent`)
	for _, want := range []string{"jax-cpu-eager", "f64", "made-up-third", eval[string](p, `format.error(data.values.relative_l2[0][312])`)} {
		if !strings.Contains(tip, want) {
			t.Errorf("the tip %q does not say %s", tip, want)
		}
	}
	figures := eval[string](p, `document.querySelector("#inspector").textContent`)
	for _, m := range measures {
		if !strings.Contains(figures, m.Label) {
			t.Errorf("the inspector does not show %s", m.Label)
		}
	}
	// A click holds the tap when the mouse moves on; Escape lets go.
	x, y := p.over(0.25, 0.5)
	p.do(chromedp.MouseClickXY(x, y))
	p.wait(`document.querySelector(".held").textContent !== ""`)
	held := eval[string](p, inspected)
	p.over(0.75, 0.5)
	if got := eval[string](p, inspected); got != held {
		t.Errorf("%s was held, but the inspector shows %s", held, got)
	}
	p.press(kb.Escape)
	p.over(0.7, 0.5)
	p.wait(inspected + ` === document.querySelector("#plot .tip b").textContent`)
}

func TestBrowserPolicies(t *testing.T) {
	p := openReport(t, fullRun(t), 1400)
	before := p.pixels("1")
	if before < 500 {
		t.Fatalf("the line of f64 has %d pixels", before)
	}
	p.do(chromedp.Click(chromedp.CSS("#plot-policies button:nth-child(2)")))
	p.wait(`document.querySelector("#plot-policies button:nth-child(2)").getAttribute("aria-pressed") === "false"`)
	time.Sleep(200 * time.Millisecond)
	if n := p.pixels("1"); n > before/50 {
		t.Errorf("f64 is hidden but has %d of %d pixels", n, before)
	}
	if n := p.pixels("0"); n < 500 {
		t.Errorf("jax-cpu-eager has only %d pixels", n)
	}
	p.do(chromedp.Focus(chromedp.CSS("#plot-policies button:nth-child(2)")), chromedp.KeyEvent(" "))
	p.wait(`document.querySelector("#plot-policies button:nth-child(2)").getAttribute("aria-pressed") === "true"`)
	time.Sleep(200 * time.Millisecond)
	if n := p.pixels("1"); n < before*9/10 {
		t.Errorf("f64 is shown again with %d of %d pixels", n, before)
	}
}

func TestBrowserKeyboardAndZoom(t *testing.T) {
	p := openReport(t, fullRun(t), 1400)
	p.do(chromedp.Focus(chromedp.CSS("#plot")))
	p.press(kb.Home)
	p.wait(inspected + ` === data.names[0]`)
	p.press(kb.ArrowRight, kb.ArrowRight)
	p.wait(inspected + ` === data.names[2]`)
	p.press(kb.ArrowLeft)
	p.wait(inspected + ` === data.names[1]`)
	p.wait(`document.querySelector("#plot-live").textContent.startsWith(data.names[1])`)
	p.press("+", "+")
	p.wait(`!document.querySelector("#plot-reset").disabled`)
	p.do(chromedp.Click(chromedp.CSS("#plot-reset")))
	p.wait(`document.querySelector("#plot-reset").disabled`)

	// Dragging over a quarter of the plot zooms into it.
	x0, y := p.over(0.25, 0.5)
	x1, _ := p.over(0.5, 0.5)
	p.do(chromedp.DragAndDropXY(x0, y, x1, y, 5))
	p.wait(`!document.querySelector("#plot-reset").disabled`)
	p.over(0.5, 0.5)
	p.wait(`!document.querySelector("#plot .tip").hidden`)
	tap := eval[int](p, `data.names.indexOf(document.querySelector("#plot .tip b").textContent)`)
	if tap < 225 || tap > 245 {
		t.Errorf("after zooming into the second quarter its middle is tap %d, want about 234", tap)
	}
	p.press("0")
	p.wait(`document.querySelector("#plot-reset").disabled`)
}

func TestBrowserTables(t *testing.T) {
	p := openReport(t, fullRun(t), 1400)
	rows := eval[[][]string](p, rowsShown)
	if len(rows) != 20 || rows[0][3] < rows[1][3] {
		t.Errorf("%d rows, beginning with %v, %v", len(rows), rows[0], rows[1])
	}
	sorted := func(column string) []float64 {
		return eval[[]float64](p, `[...document.querySelectorAll("#worst-table tbody tr")].map((r) => parseFloat(r.cells[`+column+`].textContent))`)
	}
	ordered := func(values []float64, descending bool) bool {
		for i := 1; i < len(values); i++ {
			if values[i] != values[i-1] && (values[i] > values[i-1]) == descending {
				return false
			}
		}
		return true
	}
	p.do(chromedp.Click(chromedp.CSS("#worst-table th:nth-child(4) button")))
	p.wait(`document.querySelector("#worst-table th:nth-child(4)").getAttribute("aria-sort") === "ascending"`)
	if v := sorted("3"); !ordered(v, false) || v[0] != 0 {
		t.Errorf("ascending relative L2: %v", v)
	}
	p.do(chromedp.Focus(chromedp.CSS("#worst-table th:nth-child(5) button")), chromedp.KeyEvent("\r"))
	p.wait(`document.querySelector("#worst-table th:nth-child(5)").getAttribute("aria-sort") === "descending"`)
	if v := sorted("4"); !ordered(v, true) {
		t.Errorf("descending relative Linf: %v", v)
	}

	p.do(chromedp.SendKeys(chromedp.CSS("#worst-table input"), "mha_block_4 softmax"))
	p.wait(`document.querySelectorAll("#worst-table tbody tr").length === 4`)
	for _, row := range eval[[][]string](p, rowsShown) {
		if row[0] != "alphagenome/transformer_tower/mha_block_4:softmax" {
			t.Errorf("the filter leaves %s", row[0])
		}
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#worst-table input"), " no such tap"))
	p.wait(`document.querySelector("#worst-table tbody").textContent === "No row matches."`)
	eval[any](p, `(() => { const i = document.querySelector("#worst-table input"); i.value = ""; i.dispatchEvent(new Event("input"));
		const s = document.querySelector("#worst-table select"); s.value = "2"; s.dispatchEvent(new Event("change")); })()`)
	p.wait(`document.querySelector("#worst-table output").textContent === "20 of 625 rows"`)
	for _, row := range eval[[][]string](p, rowsShown) {
		if row[1] != "f64" {
			t.Errorf("the choice of f64 leaves %s", row[1])
		}
	}
	p.do(chromedp.Click(chromedp.CSS("#worst-table .more")))
	p.wait(`document.querySelectorAll("#worst-table tbody tr").length === 625`)

	// A tap's name leads to the plot and holds the tap there.
	p.do(chromedp.Click(chromedp.CSS("#outputs-table tbody a")))
	p.wait(inspected + ` === "out/embeddings_1bp" && document.querySelector(".held").textContent !== ""`)
	p.wait(`location.hash === "#layers"`)
}

// TestBrowserNumbers checks that the page's scripts write numbers as its words do.
func TestBrowserNumbers(t *testing.T) {
	p := openReport(t, edgeRun(), 800)
	for _, v := range []float64{0, 1, 0.0543, 0.0996, 9.999e-4, 12345, 1e-30, 7.77e300} {
		if got, want := eval[string](p, fmt.Sprintf("format.error(%g)", v)), formatError(v, 3); got != want {
			t.Errorf("%g is %s in the page and %s in words", v, got, want)
		}
	}
	for _, n := range []int{0, 999, 1000, 450452613} {
		if got, want := eval[string](p, fmt.Sprintf("format.count(%d)", n)), formatCount(n); got != want {
			t.Errorf("%d is %s in the page and %s in words", n, got, want)
		}
	}
	for script, want := range map[string]string{
		"format.error(null)": "undefined", "format.error(Infinity)": "∞", "format.signed(-0.00123)": "−1.23e-3", "format.signed(0.5)": "+5.00e-1",
		"format.share(0.99999)": "> 99.99 %", "format.share(1)": "100 %", "format.share(0.00001)": "< 0.01 %", "format.share(0.5)": "50.0 %",
		"format.value(-3.14159265)": "−3.1416", "format.value(1e-9)": "1.000e-9",
	} {
		if got := eval[string](p, script); got != want {
			t.Errorf("%s is %q, want %q", script, got, want)
		}
	}
}

// TestBrowserRuns opens awkward runs at all widths, light and dark: nothing may complain, and nothing may be wider than
// the window.
func TestBrowserRuns(t *testing.T) {
	empty := measuredRun(t)
	empty.Taps = nil
	single := measuredRun(t)
	dropPolicies(single, 1)
	runs := bareRuns()
	maps.Copy(runs, map[string]*results.Run{"full": fullRun(t), "edge": edgeRun(), "empty": empty, "single": single, "bare": {Schema: 1}, "attributed": attributedRun(t)})
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			p := openReport(t, run, 1400)
			for _, width := range []int64{1400, 800, 400} {
				for _, scheme := range []string{"light", "dark"} {
					p.do(chromedp.EmulateViewport(width, 900))
					_, err := chromedp.Call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
						Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
					})
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(150 * time.Millisecond)
					if w := eval[int64](p, `document.documentElement.scrollWidth`); w > width {
						t.Errorf("%s: the page is %d pixels wide in a window of %d", scheme, w, width)
					}
				}
			}
			if len(run.Taps) > 0 && len(run.Policies) > 0 {
				if n := eval[int](p, `document.querySelectorAll("#worst-table tbody tr").length`); n == 0 {
					t.Error("the table of worst taps is empty")
				}
			}
		})
	}
}

// TestBrowserSeesErrors makes sure that the console is heard at all.
func TestBrowserSeesErrors(t *testing.T) {
	p := openReport(t, edgeRun(), 800)
	eval[any](p, `setTimeout(() => { throw new Error("on purpose"); }), fetch("https://example.invalid/").catch(() => {}), 0`)
	deadline := time.Now().Add(5 * time.Second)
	for {
		p.mu.Lock()
		said := strings.Join(p.said, "\n")
		p.mu.Unlock()
		if strings.Contains(said, "on purpose") && strings.Contains(said, "Content Security Policy") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the console says %q", said)
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.mu.Lock()
	p.said, p.requests = nil, nil
	p.mu.Unlock()
	if p.Err() != nil && !errors.Is(p.Err(), context.Canceled) {
		t.Error(p.Err())
	}
}
