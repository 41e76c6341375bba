package reports

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strconv"
	"strings"

	"bf16lab/experiments/results"
)

//go:embed assets
var assets embed.FS

// scripts are put into the page in this order; each is an element of its own.
var scripts = []string{
	"uplot/uPlot.iife.min.js", "base.js", "table.js", "bands.js", "plot.js", "inspector.js", "sections.js",
}

// styles are put into the page in this order, followed by the palette.
var styles = []string{"uplot/uPlot.min.css", "page.css"}

// page is what the template is filled with.
type page struct {
	Run      *results.Run
	Lead     []sentence // three sentences at most
	More     []sentence
	Policies []policyView
	Summary  summary
	Heat     heatView
	Details  []detail
	Measures []measure
	Sections []section

	Style    template.CSS
	Data     template.JS
	Scripts  []template.JS
	Security string // content security policy: nothing from the network, no script but ours
	Licence  string // of uPlot
}

// policyView is a policy with what the report says about it.
type policyView struct {
	Index int
	results.Policy
	Words []sentence
}

// section is an entry of the page's table of contents.
type section struct{ ID, Title string }

// renderPage makes the whole HTML file.
func renderPage(run *results.Run) ([]byte, error) {
	data := newPageData(run)
	encoded, err := data.encode()
	if err != nil {
		return nil, err
	}
	findings := newFindings(run)
	p := page{
		Run:      run,
		Lead:     leadWords(run, findings),
		More:     moreWords(run, findings),
		Summary:  newSummary(run, findings),
		Heat:     newHeatView(newHeatPicture(run)),
		Details:  newDetails(run),
		Measures: measures,
		Sections: sectionsOf(&data),
		Data:     template.JS(encoded),
		Licence:  asset("uplot/LICENSE"),
	}
	for i := range run.Policies {
		p.Policies = append(p.Policies, policyView{i, run.Policies[i], policyWords(run, &findings[i])})
	}
	var css strings.Builder
	for _, name := range styles {
		css.WriteString(asset(name) + "\n")
	}
	p.Style = template.CSS(css.String() + paletteCSS())
	var hashes []string
	for _, name := range scripts {
		source := asset(name)
		p.Scripts = append(p.Scripts, template.JS(source))
		hashes = append(hashes, scriptHash(source))
	}
	p.Security = "default-src 'none'; style-src 'unsafe-inline'; script-src " + strings.Join(hashes, " ")
	return p.execute()
}

// execute fills the template.
func (p *page) execute() ([]byte, error) {
	t, err := template.New("page.html").Funcs(template.FuncMap{
		"breakable":  breakable,
		"hasSection": hasSection,
		"heatWidth":  func(policies int) int { return min(policies, len(lineStyles)) },
		"seconds":    formatSeconds,
		"shell":      shellCommand,
		"styleIndex": func(policy int) int { return policy % len(lineStyles) },
	}).ParseFS(assets, "assets/*.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// sectionsOf lists the sections that the page has for this run.
func sectionsOf(d *pageData) []section {
	sections := []section{
		{"answer", "Answer"}, {"layers", "Error by layer"}, {"blocks", "Blocks"}, {"worst", "Worst taps"}, {"outputs", "Outputs"},
	}
	if len(d.Junctions.Rows) > 0 {
		sections = append(sections, section{"junctions", "Splice junctions"})
	}
	return append(sections, section{"non-finite", "Non-finite"}, section{"run", "This run"}, section{"figures", "The figures"})
}

// hasSection reports whether the page has the section.
func hasSection(sections []section, id string) bool {
	for _, s := range sections {
		if s.ID == id {
			return true
		}
	}
	return false
}

// asset returns an embedded file.
func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic("reports: " + err.Error())
	}
	return string(b)
}

// scriptHash is the source expression that allows one inline script.
func scriptHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// breakable escapes a name and lets it break after slashes, colons and underscores.
func breakable(name string) template.HTML {
	escaped := template.HTMLEscapeString(name)
	return template.HTML(strings.NewReplacer("/", "/<wbr>", ":", ":<wbr>", "_", "_<wbr>").Replace(escaped))
}

// paletteCSS writes the policies' lines and the colours of the heat map as style rules.
func paletteCSS() string {
	var b strings.Builder
	b.WriteString(":root{" + policyColors(func(s lineStyle) string { return css(s.Light) }) + "}\n")
	b.WriteString("@media screen and (prefers-color-scheme:dark){:root{" +
		policyColors(func(s lineStyle) string { return css(s.Dark) }) + "}}\n")
	for i, s := range lineStyles {
		n := strconv.Itoa(i)
		b.WriteString(".policy-" + n + "{--policy:var(--policy-" + n + ")}")
		if s.Dash != nil {
			dash := make([]string, len(s.Dash))
			for j, length := range s.Dash {
				dash[j] = strconv.FormatFloat(length, 'g', -1, 64)
			}
			b.WriteString(".policy-" + n + " line{stroke-dasharray:" + strings.Join(dash, " ") + "}")
		}
		b.WriteString("\n")
	}
	for i, c := range heatColors {
		b.WriteString(".heat-" + strconv.Itoa(i) + "{background:" + css(c) + ";color:" + css(inkOn(c)) + "}\n")
	}
	return b.String()
}

// policyColors declares the colour of every policy.
func policyColors(of func(lineStyle) string) string {
	var b strings.Builder
	for i, s := range lineStyles {
		b.WriteString("--policy-" + strconv.Itoa(i) + ":" + of(s) + ";")
	}
	return b.String()
}
