package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"bf16lab/bf16"
	"bf16lab/experiments/results"
)

// nonFiniteWords says in sentences what the arithmetic of the policies can and cannot produce.
func (r *replay) nonFiniteWords(s *inspection, in *inputCheck) []string {
	words := []string{fmt.Sprintf("Every element of the results of %d equations on the way to %d taps was looked at, for %d bases, under %s and %s.",
		len(s.values), len(r.taps), r.run.Input.Length, r.reference.Name, count(len(r.policies), "policy", "policies"))}
	if text := in.words(); text != "" {
		words = append(words, text)
	}
	for p := range r.run.NonFinite.Policies {
		part := &r.run.NonFinite.Policies[p]
		words = append(words, createdWords(part))
		if out := r.outputWords(p); out != "" {
			words = append(words, out)
		}
		words = append(words, magnitudeWords(part, computeFormat(r.graph, r.plans.all[p+1])))
		if text := argumentWords(part); text != "" {
			words = append(words, text)
		}
		if text := beyondWords(part, s); text != "" {
			words = append(words, text)
		}
		if accidents(part) == 0 {
			words = append(words, fmt.Sprintf("NaN that a framework emits here in place of %s therefore do not come from this arithmetic, with these weights and this input: they need a kernel that computes something else, such as other operands, memory that was not initialised, or a faulty device.", part.Policy))
		}
	}
	return words
}

// words says which inputs are not finite; empty if all are.
func (c *inputCheck) words() string {
	if len(c.bad) == 0 {
		return ""
	}
	elements, names := 0, make([]string, len(c.bad))
	for i, b := range c.bad {
		elements += int(b.elements)
		names[i] = b.name
	}
	slices.Sort(names)
	return fmt.Sprintf("The model itself brings %s: in %s. What is computed from them is NaN by design, in any precision, as un-scaled predictions of padded tracks are.",
		count(elements, "number that is not finite", "numbers that are not finite"), strings.Join(names, ", "))
}

// accidents returns how many equations create non-finite values that the reference does not create as well.
func accidents(p *results.NonFinitePolicy) int {
	n := 0
	for i := range p.Created {
		if !p.Created[i].ByDesign {
			n++
		}
	}
	return n
}

// createdWords says what is created, and where first.
func createdWords(p *results.NonFinitePolicy) string {
	bad := accidents(p)
	design := ""
	if n := len(p.Created) - bad; n > 0 {
		design = fmt.Sprintf(" %s non-finite values that the reference creates too.", count(n, "equation creates", "equations create"))
	}
	if bad == 0 {
		return fmt.Sprintf("Under %s no equation creates NaN or an infinity of finite numbers that the reference does not create as well.", p.Policy) + design
	}
	for i := range p.Created {
		c := &p.Created[i]
		if c.ByDesign {
			continue
		}
		of := make([]string, len(c.Operands))
		for k, x := range c.Operands {
			of[k] = fmt.Sprintf("%.4g", float64(x))
		}
		return fmt.Sprintf("Under %s %s NaN or infinities of finite numbers; the first is equation %d, %s in %s, which makes %v of %s, in %s.%s",
			p.Policy, count(bad, "equation creates", "equations create"), c.Equation, c.Primitive, place(c.Module, c.Function), float64(c.Value),
			strings.Join(of, " and "), count(int(c.Count), "element", "elements"), design)
	}
	return ""
}

// outputWords says how many outputs of the model hold numbers that are not finite; empty if none does.
func (r *replay) outputWords(p int) string {
	outputs, bad, shared := 0, 0, 0
	for i := range r.run.Taps {
		tap := &r.run.Taps[i]
		if !strings.HasPrefix(tap.Name, "out/") {
			continue
		}
		outputs++
		switch tap.Origin[p] {
		case results.OriginNone:
		case results.OriginReference:
			bad, shared = bad+1, shared+1
		default:
			bad++
		}
	}
	if bad == 0 {
		return ""
	}
	return fmt.Sprintf("Under %s %d of %s are not finite everywhere, %d of them at the same places as under %s.",
		r.policies[p].Name, bad, count(outputs, "output", "outputs"), shared, r.reference.Name)
}

// magnitudeWords says how far the largest result is from overflow.
func magnitudeWords(p *results.NonFinitePolicy, format bf16.Format) string {
	if p.Largest.Equation < 0 {
		return fmt.Sprintf("Under %s every result is zero.", p.Policy)
	}
	where := fmt.Sprintf("Under %s the largest finite result is %.4g, of %s in %s", p.Policy, float64(p.Largest.Value), p.Largest.Primitive, place(p.Largest.Module, p.Largest.Function))
	away := math.Log2(float64(p.Limit) / float64(p.Largest.Value))
	if away < 0 {
		return fmt.Sprintf("%s: %s overflows at %.4g, so only a wider format holds it.", where, format.Name, float64(p.Limit))
	}
	return fmt.Sprintf("%s: %s overflows at %.4g, %.0f powers of two above.", where, format.Name, float64(p.Limit), math.Floor(away))
}

// argumentWords says which arguments the functions get that are not defined everywhere, or overflow; empty if there are none.
func argumentWords(p *results.NonFinitePolicy) string {
	names := map[string]string{
		"div": "divisors have magnitudes", "exp": "exponents of exp lie", "log": "arguments of log lie", "log1p": "arguments of log1p lie",
		"pow": "bases of powers lie", "rsqrt": "arguments of rsqrt lie", "sqrt": "arguments of sqrt lie",
	}
	var parts []string
	for _, a := range p.Arguments {
		parts = append(parts, fmt.Sprintf("%s between %.4g and %.4g", names[a.Primitive], float64(a.Low), float64(a.High)))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Under %s %s.", p.Policy, strings.Join(parts, ", "))
}

// beyondWords says how many equations have results in the reference that the policy's compute format cannot hold, or only just;
// empty if there are none.
func beyondWords(p *results.NonFinitePolicy, s *inspection) string {
	beyond, near := 0, 0
	for i := range s.values {
		switch m := s.found[i][0].largest; {
		case m > float64(p.Limit):
			beyond++
		case m >= float64(p.Limit)/nearOverflow:
			near++
		}
	}
	if beyond+near == 0 {
		return ""
	}
	return fmt.Sprintf("In the reference %s beyond the largest finite number of the compute format of %s, and %s within a factor %d of it.",
		count(beyond, "equation has results", "equations have results"), p.Policy, count(near, "comes", "come"), nearOverflow)
}

// place names a module and a function inside of it.
func place(module, function string) string {
	switch {
	case module == "":
		return "the model's constants"
	case function == "":
		return module
	}
	return module + ":" + function
}

// count writes a number with the word for one or for several.
func count(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", several)
}
