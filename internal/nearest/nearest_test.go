package nearest

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"intention", "execution", 5}, {"bf16", "bf16", 0}, {"roundng", "rounding", 1}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func TestName(t *testing.T) {
	if got := Name("jax-cpu-eagr", []string{"f32", "jax-cpu-eager", "jax-cpu-jit"}); got != "jax-cpu-eager" {
		t.Errorf("got %q", got)
	}
	if got := Name("x", nil); got != "" {
		t.Errorf("nothing to choose from gave %q", got)
	}
}
