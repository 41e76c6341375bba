package model

import (
	"encoding/json"
	"strings"
	"testing"

	"bf16lab/ops"
)

// TestCasesAreOfficialJaxprs compares every equation of every block case, see TestTraceIsOfficialJaxpr.
func TestCasesAreOfficialJaxprs(t *testing.T) {
	for _, run := range []struct {
		name    string
		compute ops.DType
	}{{"bf16", ops.BFloat16}, {"f32", ops.Float32}} {
		t.Run(run.name, func(t *testing.T) {
			var got []string
			for _, c := range Cases() {
				g, err := TraceCase(c.Name)
				if err != nil {
					t.Fatal(err)
				}
				j := ops.Equations(g, run.compute)
				got = append(got, "case\t"+c.Name)
				got = append(got, jaxprLines(t, j, g)...)
			}
			compareLines(t, got, golden(t, "cases-"+run.name+".tsv.gz"))
		})
	}
}

// TestCasesHaveTheReferenceTensors compares inputs, scales, weights and results with the list beside the reference outputs.
func TestCasesHaveTheReferenceTensors(t *testing.T) {
	cases := Cases()
	lines := golden(t, "blocks.json.gz")
	if len(cases) != len(lines) {
		t.Fatalf("%d cases, want %d", len(cases), len(lines))
	}
	for i, line := range lines {
		var want struct {
			Name   string
			Inputs []struct {
				Name  string
				Shape ops.Shape
				Scale float32
			}
			Weights map[string]ops.Shape
			Outputs []struct {
				Shape ops.Shape
				DType string
			}
		}
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		c := cases[i]
		if c.Name != want.Name || len(c.Inputs) != len(want.Inputs) {
			t.Fatalf("case %d is %s with %d inputs, want %s with %d", i, c.Name, len(c.Inputs), want.Name, len(want.Inputs))
		}
		for k, in := range c.Inputs {
			if w := want.Inputs[k]; in.Name != w.Name || !in.Shape.Equal(w.Shape) || in.Scale != w.Scale || in.DType != ops.Float32 {
				t.Errorf("%s: input %+v, want %+v", c.Name, in, w)
			}
		}
		g := c.graph()
		weights := 0
		for _, v := range g.Inputs {
			if v.Input.Kind == ops.Argument {
				continue
			}
			weights++
			if shape, ok := want.Weights[v.Input.Name()]; !ok || !shape.Equal(v.Shape) {
				t.Errorf("%s: %s %v, want %v", c.Name, v.Input.Name(), v.Shape, shape)
			}
		}
		if weights != len(want.Weights) {
			t.Errorf("%s: %d weights, want %d", c.Name, weights, len(want.Weights))
		}
		out := g.Outputs[0]
		if out.Name != c.Name+"/0" || !out.Value.Shape.Equal(want.Outputs[0].Shape) || out.Value.DType.Resolve(ops.BFloat16).String() != want.Outputs[0].DType {
			t.Errorf("%s: output %s %v %v", c.Name, out.Name, out.Value.DType, out.Value.Shape)
		}
	}
}

func TestTraceCaseRejectsUnknownNames(t *testing.T) {
	if _, err := TraceCase("gelu"); err == nil || !strings.Contains(err.Error(), `"gelu"`) {
		t.Errorf("got %v", err)
	}
}
