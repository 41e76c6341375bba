package bench

import (
	"context"
	"fmt"

	"bf16lab/experiments"
	"bf16lab/experiments/configs"
	"bf16lab/model/weights"
)

// experiment makes the file of an experiment on a random sequence, for replays with synthetic weights.
func experiment(length int, reference, policies, taps string) (*experiments.Config, error) {
	text := fmt.Sprintf("{name: bench, weights: {synthetic: {seed: 1}}, input: {random: {seed: 42, length: %d}}, reference: %s, policies: [%s], taps: [%q]}",
		length, reference, policies, taps)
	return experiments.Parse("bench.yaml", []byte(text), nil)
}

// quickstartPolicies are the policies of the quickstart besides its reference, f32.
const quickstartPolicies = "jax-cpu-eager, seed-hooks, storage-bf16, weights-bf16"

// single measures one policy without any metric, weights in memory.
func single(name, doc, policy, taps string, length int) Measurement {
	return Measurement{
		Name: name, Doc: fmt.Sprintf("%s, %d bases, policy %s, weights in memory", doc, length, policy),
		prepare: func(ctx context.Context, threads int) (*subject, error) {
			c, err := experiment(length, policy, policy, taps)
			if err != nil {
				return nil, err
			}
			r, err := experiments.Rehearse(c, experiments.Options{Threads: threads})
			if err != nil {
				return nil, err
			}
			s := &subject{flops: r.Operations()}
			s.run = func() (err error) {
				s.attention, err = r.Alone(ctx, policy)
				return err
			}
			return s, nil
		},
	}
}

// lockstep measures the five policies of the quickstart together, with every metric of every tap.
func lockstep(name string, length int) Measurement {
	return Measurement{
		Name: name, Doc: fmt.Sprintf("five policies in lock step, %d bases, every metric of every tap", length),
		prepare: func(ctx context.Context, threads int) (*subject, error) {
			r, err := rehearseFive(length, threads)
			if err != nil {
				return nil, err
			}
			return &subject{run: func() error { return r.LockStep(ctx) }}, nil
		},
	}
}

// replay measures everything that the quickstart computes: besides the five policies in lock step, four of them with the
// reference's splice sites, the local errors of four and the noise floor of one.
func replay(name string) Measurement {
	return Measurement{
		Name: name, Doc: "the quickstart, 4096 bases: five policies, imposed splice sites, local errors and verdicts in lock step, every metric of every tap",
		prepare: func(ctx context.Context, threads int) (*subject, error) {
			c, err := experiments.Parse("quickstart.yaml", configs.Quickstart, nil)
			if err != nil {
				return nil, err
			}
			r, err := experiments.Rehearse(c, experiments.Options{Threads: threads})
			if err != nil {
				return nil, err
			}
			return &subject{run: func() error { return r.Run(ctx) }}, nil
		},
	}
}

// alone measures the same policies one after the other, without any metric.
func alone(name string, length int) Measurement {
	return Measurement{
		Name: name, Doc: fmt.Sprintf("the same five policies one after the other, %d bases, no metrics", length),
		prepare: func(ctx context.Context, threads int) (*subject, error) {
			r, err := rehearseFive(length, threads)
			if err != nil {
				return nil, err
			}
			run := func() error {
				for _, p := range r.Policies() {
					if _, err := r.Alone(ctx, p); err != nil {
						return err
					}
				}
				return nil
			}
			return &subject{run: run}, nil
		},
	}
}

func rehearseFive(length, threads int) (*experiments.Rehearsal, error) {
	c, err := experiment(length, "f32", quickstartPolicies, "**")
	if err != nil {
		return nil, err
	}
	return experiments.Rehearse(c, experiments.Options{Threads: threads})
}

// weightsMeasurement measures the making of all synthetic weights.
func weightsMeasurement() Measurement {
	return Measurement{
		Name: "weights", Doc: "all synthetic weights, 450 million values",
		prepare: func(context.Context, int) (*subject, error) {
			manifest, bytes := weights.Manifest(), 0.0
			for _, t := range manifest {
				bytes += 4 * float64(t.Size())
			}
			run := func() error {
				for _, t := range manifest {
					if _, err := (weights.Synthetic{Seed: 1}).Tensor(t.Module, t.Leaf, t.Shape); err != nil {
						return err
					}
				}
				return nil
			}
			return &subject{run: run, bytes: bytes}, nil
		},
	}
}
