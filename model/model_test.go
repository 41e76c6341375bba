package model

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"bf16lab/model/weights"
	"bf16lab/ops"
)

func TestTapsAreThoseOfTheReferenceRuns(t *testing.T) {
	var got []string
	for _, tap := range Trace(AlphaGenome(4096)).Taps {
		v := tap.Value
		got = append(got, strings.Join([]string{tap.Name, v.DType.Resolve(ops.BFloat16).String(), v.Shape.String()}, "\t"))
	}
	compareLines(t, got, golden(t, "taps-4096.tsv.gz"))
}

func TestInputsAreTheManifest(t *testing.T) {
	var got, want []string
	for _, v := range Trace(AlphaGenome(4096)).Inputs {
		switch v.Input.Kind {
		case ops.Parameter:
			got = append(got, v.Input.Name()+" parameter "+v.Shape.String())
		case ops.State:
			got = append(got, v.Input.Name()+" state "+v.Shape.String())
		}
	}
	for _, tensor := range weights.Manifest() {
		want = append(want, tensor.Name+" "+tensor.Kind.String()+" "+ops.Shape(tensor.Shape).String())
	}
	slices.Sort(got)
	slices.Sort(want)
	compareLines(t, got, want)
	if len(got) != weights.ParameterCount+weights.StateCount {
		t.Errorf("%d inputs", len(got))
	}
}

// TestFunctionsArePoliciesRegions checks that the functions are those of the package comment and that casts of parameters
// and states, and no other equations, are in the functions named after them.
func TestFunctionsArePoliciesRegions(t *testing.T) {
	want := strings.Fields(`gelu gelu_tanh layer_norm linear_bias output parameter pool position_bias relative_position residual
		rms_batch_norm rope shift soft_cap softmax softplus state unscale weight_standardisation`)
	seen := map[string]bool{}
	for _, n := range Trace(AlphaGenome(2048)).Nodes {
		if n.Function != "" {
			seen[n.Function] = true
		}
		kind := ops.InputKind(255)
		if len(n.In) > 0 && n.In[0].Value != nil && n.In[0].Value.Input != nil {
			kind = n.In[0].Value.Input.Kind
		}
		if (kind == ops.Parameter) != (n.Function == "parameter") || (kind == ops.State) != (n.Function == "state") {
			t.Errorf("equation %d, %s at %s, is in function %q", n.Index, n.Primitive, n.Path, n.Function)
		}
		if n.Function == "output" && n.Primitive != ops.ConvertElementTypePrimitive {
			t.Errorf("equation %d, %s, is in function output", n.Index, n.Primitive)
		}
	}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("functions %v, want %v", got, want)
	}
}
