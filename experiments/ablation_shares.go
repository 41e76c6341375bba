package experiments

import (
	"math"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// shares averages the shares over the pairs, and compares their sum with the share of all groups together.
func (a *ablation) shares(measured [][]measurement) {
	r := &a.run.Ablation
	sums := map[[2]string]*results.AblationInteraction{}
	var order []*results.AblationInteraction
	for i, v := range a.variants {
		if v.direction == "" {
			continue
		}
		for w, output := range r.Outputs {
			s := a.average(measured, i, w)
			key := [2]string{v.direction, output}
			if sums[key] == nil {
				sums[key] = &results.AblationInteraction{Direction: v.direction, Output: output}
				order = append(order, sums[key])
			}
			if v.group == allGroups {
				sums[key].All = s.Mean
				continue
			}
			sums[key].Sum += s.Mean
			s.Group, s.Direction, s.Output = a.groups[v.group].Name, v.direction, output
			r.Shares = append(r.Shares, s)
		}
	}
	for _, s := range order {
		s.Difference = s.All - s.Sum
		r.Sums = append(r.Sums, *s)
	}
}

// average returns the mean share of a variant at an output, over the pairs.
func (a *ablation) average(measured [][]measurement, variant, output int) results.AblationShare {
	var all, errors, bases []float64
	for _, m := range measured {
		base, l2 := m[1].outputs[output].RelativeL2, m[variant+1].outputs[output].RelativeL2
		all = append(all, results.Share(a.variants[variant].direction, l2, base))
		errors, bases = append(errors, l2), append(bases, base)
	}
	mean, low, high := interval(all)
	return results.AblationShare{
		Mean: metrics.Number(mean), Low: metrics.Number(low), High: metrics.Number(high),
		RelativeL2: metrics.Number(stat.Mean(errors, nil)), Base: metrics.Number(stat.Mean(bases, nil)),
	}
}

// confidence is the probability with which an interval holds the mean, if what was measured is normally distributed.
const confidence = 0.95

// interval returns the mean of x and its interval by Student's t distribution, mean -+ t(n-1) * s / sqrt(n); the mean
// itself for a single number.
func interval(x []float64) (mean, low, high float64) {
	mean, deviation := stat.MeanStdDev(x, nil)
	if len(x) < 2 {
		return mean, mean, mean
	}
	n := float64(len(x))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile((1 + confidence) / 2)
	half := t * deviation / math.Sqrt(n)
	return mean, mean - half, mean + half
}
