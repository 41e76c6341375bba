package reports

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"regexp"
	"strings"
	"testing"

	"bf16lab/experiments/results"

	"golang.org/x/net/html"
)

func mustPage(t *testing.T, run *results.Run) []byte {
	t.Helper()
	if err := check(run); err != nil {
		t.Fatal(err)
	}
	page, err := renderPage(run)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestPageWellFormed checks what a browser would silently repair: tags that do not match, attributes that occur twice,
// identifiers that are not unique, and references to identifiers that do not exist.
func TestPageWellFormed(t *testing.T) {
	empty := measuredRun(t)
	empty.Taps = nil
	bare := &results.Run{Schema: 1}
	runs := bareRuns()
	maps.Copy(runs, map[string]*results.Run{"full": fullRun(t), "edge": edgeRun(), "empty": empty, "bare": bare, "attributed": attributedRun(t)})
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			page := mustPage(t, run)
			checkNesting(t, page)
			checkReferences(t, page)
		})
	}
}

// void lists the elements without an end tag.
var void = map[string]bool{"meta": true, "link": true, "wbr": true, "br": true, "hr": true, "img": true, "input": true}

func checkNesting(t *testing.T, page []byte) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(page))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			if len(open) > 0 {
				t.Errorf("elements are not closed: %v", open)
			}
			return
		case html.StartTagToken:
			token := z.Token()
			seen := map[string]bool{}
			for _, a := range token.Attr {
				if seen[a.Key] {
					t.Errorf("<%s> has attribute %s twice", token.Data, a.Key)
				}
				seen[a.Key] = true
			}
			if !void[token.Data] {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			token := z.Token()
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func checkReferences(t *testing.T, page []byte) {
	t.Helper()
	ids := map[string]int{}
	var references []string
	walk(t, page, func(n *html.Node) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				ids[a.Val]++
			case a.Key == "aria-labelledby" || a.Key == "for" || a.Key == "data-copy":
				references = append(references, a.Val)
			case a.Key == "href":
				references = append(references, strings.TrimPrefix(a.Val, "#"))
			}
		}
	})
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q occurs %d times", id, n)
		}
	}
	for _, r := range references {
		if ids[r] == 0 {
			t.Errorf("reference to %q, which does not exist", r)
		}
	}
}

// TestScriptsFindTheirElements checks that every element that a script looks for exists in a page with all sections.
func TestScriptsFindTheirElements(t *testing.T) {
	run := attributedRun(t)
	run.Sweep = sweepRun().Sweep
	ids := map[string]bool{"scatter": true} // made by a script
	walk(t, mustPage(t, run), func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	})
	for _, name := range scripts {
		for _, m := range regexp.MustCompile(`getElementById\("([^"]+)"\)`).FindAllStringSubmatch(asset(name), -1) {
			if !ids[m[1]] {
				t.Errorf("%s looks for #%s, which does not exist", name, m[1])
			}
		}
	}
}

// walk calls visit for each element of the page as a browser would build it.
func walk(t *testing.T, page []byte, visit func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

// TestPageOffline checks that nothing in the page can ask the network for anything.
func TestPageOffline(t *testing.T) {
	page := mustPage(t, fullRun(t))
	address := regexp.MustCompile(`(?i)(https?:|wss?:)?//[a-z0-9.-]+\.[a-z]{2,}`)
	network := regexp.MustCompile(`\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|Worker)\b|\bimport\s*\(`)
	walk(t, page, func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "src" || a.Key == "srcset" || a.Key == "action" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s %s=%q> leads out of the page", n.Data, a.Key, a.Val)
			}
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has an inline handler %s", n.Data, a.Key)
			}
			if address.MatchString(a.Val) {
				t.Errorf("<%s %s=%q> holds an address", n.Data, a.Key, a.Val)
			}
		}
		switch n.Data {
		case "link", "iframe", "object", "embed", "base", "img", "audio", "video":
			t.Errorf("page has a <%s>", n.Data)
		case "script":
			source := strings.Replace(n.FirstChild.Data, "/*! https://github.com/leeoniya/uPlot (v1.6.32) */", "", 1)
			if m := address.FindString(source); m != "" {
				t.Errorf("script holds the address %s", m)
			}
			if m := network.FindString(source); m != "" {
				t.Errorf("script uses %s", m)
			}
		case "style":
			if strings.Contains(n.FirstChild.Data, "url(") || strings.Contains(n.FirstChild.Data, "@import") {
				t.Error("style sheet loads something")
			}
		}
	})
	if !bytes.Contains(page, []byte("default-src &#39;none&#39;")) && !bytes.Contains(page, []byte("default-src 'none'")) {
		t.Error("page has no content security policy")
	}
}

// TestPageEscapes gives hostile names to everything that has a name: none may become an element, and all must survive.
func TestPageEscapes(t *testing.T) {
	run := edgeRun()
	run.Name, run.Config = hostileName, hostileName
	run.Reference = results.Policy{Name: hostileName, YAML: hostileName, Description: hostileName}
	run.Model.Name, run.Input.Source, run.Machine.CPU = hostileName, hostileName, hostileName
	run.Policies[0].Description, run.Policies[0].Digest = hostileName, hostileName
	run.Command = []string{hostileName}
	for i := range run.Taps {
		tap := &run.Taps[i]
		tap.Name, tap.Part, tap.Block, tap.DType = tap.Name+hostileName, tap.Part+hostileName, hostileName, hostileName
	}
	run.Taps[0].Name = positionsTap + hostileName
	page := mustPage(t, run)
	checkNesting(t, page)
	scriptCount := 0
	walk(t, page, func(n *html.Node) {
		switch n.Data {
		case "img", "b":
			t.Errorf("a name became <%s>", n.Data)
		case "script":
			scriptCount++
			if len(n.Attr) > 0 { // the data
				var d pageData
				if err := json.Unmarshal([]byte(n.FirstChild.Data), &struct {
					Names *[]string `json:"names"`
				}{&d.Names}); err != nil {
					t.Errorf("data: %v", err)
				}
				if len(d.Names) != len(run.Taps) || d.Names[1] != run.Taps[1].Name {
					t.Errorf("names in the data are %q", d.Names)
				}
			}
		}
	})
	if want := len(scripts) + 1; scriptCount != want {
		t.Errorf("page has %d scripts, want %d", scriptCount, want)
	}
	if bytes.Contains(page, []byte(hostileName)) {
		t.Error("the hostile name stands in the page as it is")
	}
}

// TestPageSize holds the report of a full run, with everything that a run can have at every tap, under the limit without
// leaving anything out; one with many more policies leaves out details, and says so.
func TestPageSize(t *testing.T) {
	run := attributedRun(t)
	run.Sweep = sweepRun().Sweep
	for i := len(run.Taps); i < 650; i++ {
		run.Taps = append(run.Taps, run.Taps[300])
	}
	whole, err := renderDetail(run, detailLevels[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("650 taps, 4 policies: %d bytes", len(whole))
	if len(whole) > sizeLimit {
		t.Errorf("page of 650 taps and 4 policies has %d bytes", len(whole))
	}

	run = fullRun(t)
	for len(run.Policies) < 8 {
		addScaled(run, "made-up", 0.5)
		for i := range run.Variants {
			v := &run.Variants[i]
			v.Metrics, v.Origin = append(v.Metrics, v.Metrics[0]), append(v.Origin, v.Origin[0])
		}
	}
	if n := len(mustPage(t, run)); n > sizeLimit {
		t.Errorf("page of 625 taps and 8 policies has %d bytes", n)
	}
	for len(run.Policies) < 10 {
		addScaled(run, "made-up", 0.5)
	}
	run.Variants = nil
	addAttribution(run)
	page := mustPage(t, run)
	t.Logf("625 taps, 10 policies with everything: %d bytes", len(page))
	if len(page) > sizeLimit || !bytes.Contains(page, []byte("To stay small, this page ")) {
		t.Errorf("page of 625 taps and 10 policies with everything has %d bytes, and does not say what it leaves out", len(page))
	}
}

// TestScriptsCanStandInPage checks that no asset ends the element that holds it.
func TestScriptsCanStandInPage(t *testing.T) {
	for _, name := range append(append([]string{}, scripts...), styles...) {
		for _, end := range []string{"</script", "</style", "<!--"} {
			if strings.Contains(strings.ToLower(asset(name)), end) {
				t.Errorf("%s contains %s", name, end)
			}
		}
	}
}
