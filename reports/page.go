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
	"uplot/uPlot.iife.min.js", "base.js", "table.js", "chart.js", "bands.js", "layers.js", "figures.js", "tip.js", "plot.js", "scatter.js",
	"inspector.js", "ablation.js", "search.js", "sweep.js", "verdicts.js", "accidents.js", "sections.js",
}

// styles are put into the page in this order, followed by the palette.
var styles = []string{"uplot/uPlot.min.css", "page.css"}

// page is what the template is filled with.
type page struct {
	Run      *results.Run
	Kind     string // of experiment
	Notices  []string
	Lead     []sentence // three sentences at most
	More     []sentence
	Policies []policyView
	Summary  summary
	Heat     heatView
	Details  []detail
	Measures []measure
	Terms    []term
	Sections []section
	Repeat   string // command lines that repeat the run

	HasLocal     bool
	HasAccidents bool
	LocalUnit    string // module or primitive

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

// renderPage makes the whole HTML file, with as much detail as sizeLimit allows.
func renderPage(run *results.Run) ([]byte, error) {
	for _, d := range detailLevels {
		page, err := renderDetail(run, d)
		if err != nil || len(page) <= sizeLimit || d == detailLevels[len(detailLevels)-1] {
			return page, err
		}
	}
	panic("reports: no level of detail")
}

// renderDetail makes the page at a level of detail.
func renderDetail(run *results.Run, level *detailLevel) ([]byte, error) {
	data := newPageData(run)
	level.reduce(&data)
	encoded, err := data.encode()
	if err != nil {
		return nil, err
	}
	findings := newFindings(run)
	p := page{
		Run:          run,
		Kind:         kindOf(run),
		Notices:      append(noticesOf(run), level.notices...),
		Lead:         leadWords(run, findings),
		More:         moreWords(run, findings),
		Summary:      newSummary(run, findings),
		Heat:         newHeatView(newHeatPicture(run)),
		Details:      newDetails(run),
		Measures:     measures,
		Terms:        listedTerms(),
		Sections:     sectionsOf(run, &data),
		Repeat:       strings.Join(commandsOf(run), "\n"),
		HasLocal:     hasLocal(run),
		HasAccidents: data.Accidents != nil,
		LocalUnit:    localUnit(run),
		Data:         template.JS(encoded),
		Licence:      asset("uplot/LICENSE"),
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

// sectionsOf lists the sections that the page has for this run: those with data.
func sectionsOf(run *results.Run, d *pageData) []section {
	layers := hasLayers(run)
	var sections []section
	for _, s := range []struct {
		section
		has bool
	}{
		{section{"answer", "Answer"}, true},
		{section{"ablation", "Which rounding"}, d.Ablation != nil},
		{section{"search", "Smallest set"}, d.Search != nil},
		{section{"sweep", "Sweep"}, d.Sweep != nil},
		{section{"layers", "Error by layer"}, layers},
		{section{"blocks", "Blocks"}, layers},
		{section{"verdicts", "Verdicts"}, d.Verdicts != nil},
		{section{"worst", "Worst taps"}, layers},
		{section{"outputs", "Outputs"}, layers || len(d.Outputs) > 0 && len(d.Policies) > 0},
		{section{"junctions", "Splice junctions"}, len(d.Junctions.Rows) > 0},
		{section{"non-finite", "Non-finite"}, layers || d.Accidents != nil},
		{section{"run", "This run"}, true},
		{section{"figures", "The figures"}, true},
	} {
		if s.has {
			sections = append(sections, s.section)
		}
	}
	return sections
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
