package metrics

import (
	"slices"
	"testing"
)

// TestLevel checks the ladder on metrics that meet and miss each step.
func TestLevel(t *testing.T) {
	full := Metrics{Elements: 100, Compared: 100, Within: [3]float64{1, 1, 1}, WithinStrict: [2]float64{1, 1}}
	for _, c := range []struct {
		name   string
		change func(m *Metrics)
		want   int
	}{
		{"all within", func(m *Metrics) {}, 4},
		{"strict at its share", func(m *Metrics) { m.WithinStrict[1] = 0.90 }, 4},
		{"strict missed", func(m *Metrics) { m.WithinStrict[1] = 0.89 }, 3},
		{"medium at its share", func(m *Metrics) { m.WithinStrict = [2]float64{0.95, 0} }, 3},
		{"medium missed, strict met", func(m *Metrics) { m.WithinStrict = [2]float64{0.94, 0.93} }, 2},
		{"loose at its share", func(m *Metrics) { m.Within[0], m.WithinStrict = 0.99, [2]float64{} }, 2},
		{"loose missed, others met", func(m *Metrics) { m.Within[0] = 0.98 }, 1},
		{"one NaN", func(m *Metrics) { m.Compared = 99 }, 0},
	} {
		m := full
		c.change(&m)
		if got := m.Level(); got != c.want {
			t.Errorf("%s: level %d, want %d", c.name, got, c.want)
		}
	}
	if got := compare(nil, nil).Level(); got != 4 {
		t.Errorf("an empty tap reaches level %d, want 4", got)
	}
}

// TestExceeded checks each limit of an output at its edge and beyond it.
func TestExceeded(t *testing.T) {
	limits := Thresholds[2]
	if limits.Output != "embeds_pair" {
		t.Fatalf("third output is %s", limits.Output)
	}
	edge := Metrics{MaxAbsolute: 0.1, MeanAbsolute: 0.01, Pearson: 0.999}
	if broken := limits.Exceeded(edge, 0.02); len(broken) != 0 {
		t.Errorf("at the limits: %q", broken)
	}
	bad := Metrics{MaxAbsolute: 0.159, MeanAbsolute: 0.0161, Pearson: 0.998}
	want := []string{"largest absolute error 0.159 > 0.1", "mean absolute error 0.0161 > 0.01", "correlation 0.998 < 0.999",
		"outlier fraction 0.03 > 0.02"}
	if broken := limits.Exceeded(bad, 0.03); !slices.Equal(broken, want) {
		t.Errorf("beyond the limits: %q, want %q", broken, want)
	}
	if broken := limits.Exceeded(compare([]float32{1}, []float32{nan}), 0); len(broken) != 3 {
		t.Errorf("nothing to compare: %q", broken)
	}
}
