package model

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"bf16lab/ops"
)

// jaxprLines formats a graph as testdata/digest.py formats the official jaxpr: a line per equation with primitive,
// operands, results, path, parameters, and a last line of the results in JAX's order. Constants get the names const0,
// const1, ... in the order of their first use.
func jaxprLines(t *testing.T, j *ops.Jaxpr, g *ops.Graph) []string {
	t.Helper()
	constants := map[string]string{}
	for _, v := range g.Inputs {
		if v.Input.Kind == ops.Constant {
			constants[v.Input.Name()] = fmt.Sprintf("const%d", len(constants))
		}
	}
	var lines []string
	for _, e := range j.Equations {
		var in, out []string
		for _, a := range e.In {
			name := a.Name
			if name == "" {
				name = literal(a.Literal) + ":" + a.DType.String()
			} else if c, ok := constants[name]; ok {
				name = c
			}
			in = append(in, name)
		}
		for _, v := range e.Out {
			out = append(out, v.Name+":"+v.DType.String()+v.Shape.String())
		}
		params, err := json.Marshal(e.Params())
		if err != nil {
			t.Fatal(err)
		}
		fields := []string{string(e.Node.Primitive), strings.Join(in, " "), strings.Join(out, " "), e.Node.Path, string(params)}
		lines = append(lines, strings.Join(fields, "\t"))
	}
	return append(lines, strings.Join(resultNames(j), "\t"))
}

// resultNames returns the variables of the results as JAX orders them: the predictions by name, embeddings_1bp among
// them, then the embeddings by name.
func resultNames(j *ops.Jaxpr) []string {
	results := slices.Clone(j.Outputs)
	slices.SortFunc(results, func(a, b ops.Result) int { return strings.Compare(a.Name, b.Name) })
	out := []string{"out"}
	var embeddings []string
	for _, r := range results {
		if !strings.HasPrefix(r.Name, "embeddings_") || r.Name == "embeddings_1bp" {
			out = append(out, r.Variable.Name)
		}
		if strings.HasPrefix(r.Name, "embeddings_") {
			embeddings = append(embeddings, r.Variable.Name)
		}
	}
	return append(out, embeddings...)
}

// literal formats a number as Python's '%.17g' does.
func literal(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		return strings.ToLower(strings.TrimPrefix(fmt.Sprint(x), "+"))
	}
	return fmt.Sprintf("%.17g", x)
}

// TestTraceIsOfficialJaxpr compares every equation with the official jaxpr, in order: primitive, operands (which equation
// or input they come from, literals to the last bit), result types and shapes, path, parameters. Of the parameters only
// weak_type is not compared, a property of JAX's type system that says nothing about values.
func TestTraceIsOfficialJaxpr(t *testing.T) {
	for _, run := range []struct {
		name          string
		length, batch int
		compute       ops.DType
	}{
		{"bf16-4096", 4096, 1, ops.BFloat16},
		{"bf16-16384", 16384, 1, ops.BFloat16},
		{"f32-4096", 4096, 1, ops.Float32},
		{"bf16-2048-b2", 2048, 2, ops.BFloat16},
	} {
		t.Run(run.name, func(t *testing.T) {
			c := AlphaGenome(run.length)
			c.Batch = run.batch
			g := Trace(c)
			j := ops.Equations(g, run.compute)
			if run.compute == ops.Float32 {
				dropUsageCast(t, j)
			}
			compareLines(t, jaxprLines(t, j, g), golden(t, "jaxpr-"+run.name+".tsv.gz"))
		})
	}
}

// dropUsageCast removes the only equation that the official float32 jaxpr does not have: it was traced without a mixed
// precision policy, so that nothing is cast at the end and the splice-site usage stays float16.
func dropUsageCast(t *testing.T, j *ops.Jaxpr) {
	t.Helper()
	last := len(j.Equations) - 1
	cast := j.Equations[last]
	if cast.Node.Function != "output" || cast.In[0].DType != ops.Float16 {
		t.Fatalf("the last equation is %v, want the cast of the splice-site usage", cast)
	}
	j.Equations = j.Equations[:last]
	for i, r := range j.Outputs {
		if r.Variable.Name == cast.Out[0].Name {
			j.Outputs[i].Variable = cast.In[0].Variable
		}
	}
}
