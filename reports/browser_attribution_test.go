package reports

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// choose sets a list or a field of the page and tells its listeners.
func (p *tab) choose(selector, value string) {
	p.t.Helper()
	eval[any](p, `(() => { const e = document.querySelector("`+selector+`"); e.value = "`+value+`";
		e.dispatchEvent(new Event("input", { bubbles: true })); e.dispatchEvent(new Event("change", { bubbles: true })); return 0; })()`)
}

const (
	tipText  = `document.querySelector("#plot .tip").textContent`
	tipName  = `document.querySelector("#plot .tip b").textContent`
	barNames = `[...document.querySelectorAll("#ablation-chart tbody th code")].map((c) => c.textContent)`
)

// TestBrowserViews switches the plot between accumulated, local, both and gain, by mouse and by keyboard.
func TestBrowserViews(t *testing.T) {
	p := openReport(t, attributedRun(t), 1400)
	want := map[string]string{
		"local": `format.error(data.local.values.relative_l2[0][300])`,
		"both":  `format.error(data.values.relative_l2[0][300]) + ", local " + format.error(data.local.values.relative_l2[0][300])`,
		"gain":  `format.factor(data.local.gain[0][300])`,
	}
	if got := eval[string](p, `report.layers.state.view`); got != "accumulated" {
		t.Errorf("the page opens with %s", got)
	}
	p.do(chromedp.Focus(chromedp.CSS("#plot-view input")))
	for _, view := range []string{"local", "both", "gain"} {
		p.do(chromedp.KeyEvent(kb.ArrowRight))
		p.wait(`report.layers.state.view === "` + view + `"`)
		eval[any](p, `(report.plot.show(300), 0)`)
		p.wait(tipName + ` === data.names[300]`)
		values := eval[string](p, `document.querySelector("#plot .tip span").textContent`)
		if figure := eval[string](p, want[view]); !strings.HasSuffix(values, figure) {
			t.Errorf("%s: the tip says %q, want %s", view, values, figure)
		}
		p.do(chromedp.Focus(chromedp.CSS("#plot-view input:checked")))
		if n := p.pixels("3"); n < 300 {
			t.Errorf("%s: the last policy has only %d pixels", view, n)
		}
	}
	if !eval[bool](p, `document.getElementById("plot-measure").disabled`) {
		t.Error("a measure can be chosen for the gain")
	}
	p.do(chromedp.Click(chromedp.CSS(`#plot-view input[value="accumulated"]`)))
	p.wait(`!document.getElementById("plot-measure").disabled`)
	p.choose("#plot-measure", "1")
	p.wait(`document.getElementById("plot-help").textContent.startsWith("relative Linf")`)
}

// TestBrowserTip checks that the box at the cursor has the name and every figure of the tap.
func TestBrowserTip(t *testing.T) {
	p := openReport(t, attributedRun(t), 1400)
	p.over(0.3, 0.5)
	p.wait(`!document.querySelector("#plot .tip").hidden`)
	tip := eval[string](p, tipText)
	labels := []string{terms["local"].Label, terms["gain"].Label, "verdict (R)", "largest difference at"}
	for _, m := range measures {
		labels = append(labels, m.Label)
	}
	for _, label := range labels {
		if !strings.Contains(tip, label) {
			t.Errorf("the tip does not show %s", label)
		}
	}
	if box := eval[[]float64](p, `(() => { const a = document.querySelector("#plot .tip"), b = a.getBoundingClientRect(); return [a.scrollWidth - a.clientWidth, b.right - innerWidth]; })()`); box[0] > 0 || box[1] > 0 {
		t.Errorf("the tip's text is %g wider than the tip, and the tip ends %g behind the window", box[0], box[1])
	}
}

// TestBrowserSeverity orders the taps by their error; hiding a policy orders them anew.
func TestBrowserSeverity(t *testing.T) {
	p := openReport(t, attributedRun(t), 1400)
	p.choose("#plot-order", "severity")
	ordered := `(() => { const { state, lines } = report.layers; const worst = (tap) => Math.max(...lines().filter((_, q) => state.shown[q]).map((v) => v[tap] ?? -1));
		return state.order.length === data.names.length && new Set(state.order).size === data.names.length && state.order.every((tap, i) => !i || worst(state.order[i - 1]) >= worst(tap)); })()`
	p.wait(ordered)
	p.press(kb.Home)
	p.wait(inspected + ` === data.names[report.layers.state.order[0]]`)
	first := eval[string](p, inspected)
	p.press(kb.ArrowRight)
	p.wait(inspected + ` === data.names[report.layers.state.order[1]]`)
	p.do(chromedp.Click(chromedp.CSS("#plot-policies button:nth-child(1)")))
	p.wait(ordered)
	// A name leads to its tap wherever it stands.
	p.choose("#plot-order", "execution")
	p.wait(`report.layers.state.order[7] === 7`)
	if n := eval[int](p, `report.layers.state.order.length`); n != 625 || first == "" {
		t.Errorf("%d taps, the worst %q", n, first)
	}
	p.choose("#plot-order", "severity")
	p.do(chromedp.Click(chromedp.CSS("#outputs-table tbody a")))
	p.wait(inspected + ` === "out/embeddings_1bp" && !document.querySelector("#plot .tip").hidden && ` + tipName + ` === "out/embeddings_1bp"`)
}

// TestBrowserAblation chooses output, order and direction of the bar chart, and sorts and filters its table.
func TestBrowserAblation(t *testing.T) {
	p := openReport(t, bareRuns()["ablation"], 1400)
	names := eval[[]string](p, barNames)
	if len(names) != 10 || names[0] != "weight_standardisation" || names[9] != "softmax" {
		t.Errorf("groups are %v", names)
	}
	width := eval[float64](p, `(() => { const i = document.querySelector("#ablation-chart .rescue i"), t = document.querySelector("#ablation-chart .track"), s = t.querySelectorAll("s");
		return i.getBoundingClientRect().width / (s[1].getBoundingClientRect().left - s[0].getBoundingClientRect().left); })()`)
	if width < 0.86 || width > 0.89 {
		t.Errorf("the bar of 87.4 %% has a width of %g", width)
	}
	first := eval[string](p, `document.querySelector("#ablation-chart tbody tr").textContent`)
	for _, want := range []string{"87.4 % (84.4 to 90.4 %)", "5.40e-2 → 1.92e-2", "86.5 %"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first row %q does not say %s", first, want)
		}
	}
	if sum := eval[string](p, `document.getElementById("ablation-sum").textContent`); !strings.Contains(sum, "Rescue: the shares add up to 97.9 %; all groups together give 100.0 %; the interaction is 2.1 %.") {
		t.Errorf("the sum is %q", sum)
	}
	p.choose("#ablation-output", "2")
	p.wait(barNames + `[1] === "softmax"`)
	p.choose("#ablation-order", "listed")
	p.wait(barNames + `[0] === "layer_norm"`)
	p.do(chromedp.Focus(chromedp.CSS("#ablation-directions button:nth-child(2)")), chromedp.KeyEvent(" "))
	p.wait(`document.querySelectorAll("#ablation-chart .injure").length === 0 && document.querySelectorAll("#ablation-chart .rescue").length > 0`)
	p.do(chromedp.Click(chromedp.CSS("#ablation-all summary")))
	p.choose("#ablation-table input", "gelu injure 1bp")
	p.wait(`document.querySelector("#ablation-table output").textContent === "3 rows"`)
	p.do(chromedp.Click(chromedp.CSS("#ablation-table th:nth-child(4) button")))
	p.wait(`[...document.querySelectorAll("#ablation-table tbody tr")].map((r) => r.cells[3].textContent).join() === "3,2,1"`)
}

// TestBrowserCharts moves through the small plots with the keyboard.
func TestBrowserCharts(t *testing.T) {
	run := attributedRun(t)
	run.Sweep = sweepRun().Sweep
	p := openReport(t, run, 1400)
	for root, want := range map[string]string{
		"#search-frontier": "5.40e-2 is left at 0.0 %",
		"#sweep-plot":      "4,096 bases",
		"#scatter":         "|reference| from 2⁻²⁰",
	} {
		p.do(chromedp.Focus(chromedp.CSS(root+" .plot")), chromedp.KeyEvent(kb.ArrowRight))
		p.wait(`!document.querySelector("` + root + ` .tip").hidden`)
		if got := eval[string](p, `document.querySelector("`+root+` .tip b").textContent`); got != want {
			t.Errorf("%s begins with %q, want %q", root, got, want)
		}
		p.do(chromedp.KeyEvent(kb.ArrowRight))
		p.wait(`!document.querySelector("` + root + ` [aria-live]").textContent.startsWith("` + want + `,")`)
	}
	p.choose("#sweep-output", "1")
	p.wait(`document.querySelector("#sweep-plot .plot") !== null`)
	p.choose("#sweep-table select", "2")
	p.wait(`document.querySelector("#sweep-table output").textContent === "5 rows"`)
}

// TestBrowserVerdicts filters the verdicts, and finds each with its number and the rule.
func TestBrowserVerdicts(t *testing.T) {
	p := openReport(t, attributedRun(t), 1400)
	if rule := eval[string](p, `document.getElementById("verdicts-rule").textContent`); !strings.Contains(rule, "R up to 0.80 is better, R from 1.25 on is worse") {
		t.Errorf("the rule is %q", rule)
	}
	p.choose("#verdicts-table label:nth-of-type(2) select", "3")
	p.wait(`[...document.querySelectorAll("#verdicts-table tbody tr")].every((r) => r.cells[4].textContent === "better")`)
	if got := eval[[]string](p, `[...document.querySelector("#verdicts-table tbody tr").cells].map((c) => c.textContent)`); got[2] == "" || got[3] != "0.93" {
		t.Errorf("the first verdict is %q", got)
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#verdicts-table input"), "mha_block_4:softmax third"))
	p.wait(`document.querySelector("#verdicts-table output").textContent === "1 row"`)
}

// TestBrowserTabOrder walks through the page with the tabulator: every control is reached, in the order of the page, and
// shows that it has the focus.
func TestBrowserTabOrder(t *testing.T) {
	p := openReport(t, bareRuns()["ablation"], 1400)
	var reached []string
	for range 40 {
		p.do(chromedp.KeyEvent(kb.Tab))
		name := eval[string](p, `(() => { const e = document.activeElement; return e.id || e.className || e.getAttribute("href") || e.tagName; })()`)
		if name == "BODY" { // the end of the page
			break
		}
		reached = append(reached, name)
		if style := eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`); style == "none" {
			t.Errorf("the focus on %s cannot be seen", reached[len(reached)-1])
		}
	}
	at := -1
	for _, id := range []string{"skip", "#ablation", "ablation-output", "ablation-order", "chip swatch rescue", "chip swatch injure", "scroll", "copy"} {
		next := -1
		for i := at + 1; i < len(reached); i++ {
			if reached[i] == id {
				next = i
				break
			}
		}
		if next < 0 {
			t.Fatalf("%s is not reached after %d: %q", id, at, reached)
		}
		at = next
	}
}
