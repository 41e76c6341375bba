package reports

import (
	"strings"

	"bf16lab/experiments/results"
)

// sizeLimit is the largest report, in bytes. A page that would be larger leaves out detailLevels.
const sizeLimit = 3 << 20

// detailLevel is how much of a run's data the page carries.
type detailLevel struct {
	notices []string
	reduce  func(*pageData)
}

// detailLevels are the levels from everything to the least.
var detailLevels = []*detailLevel{
	{nil, func(*pageData) {}},
	{[]string{"To stay small, this page shows the error against magnitude only at the model’s outputs; results.json has it at every tap."},
		func(d *pageData) {
			d.dropScatters(func(tap int) bool { return strings.HasPrefix(d.Names[tap], outputPrefix) })
		}},
	{[]string{"To stay small, this page leaves out the error against magnitude, and local errors in other measures than the relative L2; results.json has them."},
		func(d *pageData) {
			d.dropScatters(func(int) bool { return false })
			d.dropLocal()
		}},
}

// dropScatters keeps the error against magnitude of some taps only.
func (d *pageData) dropScatters(keep func(tap int) bool) {
	for tap := range d.Scatter {
		if !keep(tap) {
			d.Scatter[tap] = nil
		}
	}
}

// dropLocal keeps the headline measure of local errors only.
func (d *pageData) dropLocal() {
	if d.Local == nil {
		return
	}
	headline := measures[0].Key
	d.Local.Values = map[string][][]number{headline: d.Local.Values[headline]}
}

// noticesOf are remarks about a run as a whole that its reader must not miss.
func noticesOf(run *results.Run) []string {
	var notices []string
	if n := run.Sweep.Missing; n > 0 {
		notices = append(notices, "Not yet there of the sweep: "+plural(n, "cell")+" (other shards, or a run that was interrupted).")
	}
	if n := run.StripElements; n > 0 {
		notices = append(notices, "To save memory, values of more than "+formatCount(n)+" elements were passed on in strips; all figures are over all elements.")
	}
	return notices
}
