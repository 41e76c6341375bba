package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

// small returns a graph with converts of every direction, literals, a module and a result that is a converted input.
func small() *Graph {
	b := NewBuilder()
	x := b.Argument("x", Float32, 2, 3)
	b.ModuleScope("m", func() {
		y := b.ConvertElementType(x, Compute)
		w := b.ConvertElementType(b.Parameter("w", 3, 4), Compute)
		z := b.DotGeneral(y, w, DotParams{LeftContracting: []int{1}, RightContracting: []int{0}, Precision: "BF16_BF16_F32"}, Float32)
		b.Named("tail", func() { z = b.Max(b.Add(z, Scalar(1e-5)), Scalar(math.Inf(-1))) })
		z = b.ConvertElementType(z, Float16)
		b.Output("z", b.ConvertElementType(b.Mul(z, Scalar(0.1)), Compute))
		b.Output("y", y)
	})
	return b.Graph()
}

func TestWriteText(t *testing.T) {
	for _, c := range []struct {
		compute DType
		want    string
	}{
		{BFloat16, `lambda ;
  x:f32[2,3]
  m/w:f32[3,4]
let
  # m
  v0:bf16[2,3] = convert_element_type[new_dtype=bfloat16] x
  v1:bf16[3,4] = convert_element_type[new_dtype=bfloat16] m/w
  v2:f32[2,4] = dot_general[dimension_numbers=[[[1],[0]],[[],[]]] precision=BF16_BF16_F32 preferred_element_type=float32] v0 v1
  # m/tail
  v3:f32[2,4] = add v2 9.999999747378752e-06:f32
  v4:f32[2,4] = max v3 -inf:f32
  # m
  v5:f16[2,4] = convert_element_type[new_dtype=float16] v4
  v6:f16[2,4] = mul v5 0.0999755859375:f16
  v7:bf16[2,4] = convert_element_type[new_dtype=bfloat16] v6
in
  z: v7:bf16[2,4]
  y: v0:bf16[2,3]
`},
		{Float32, `lambda ;
  x:f32[2,3]
  m/w:f32[3,4]
let
  # m
  v0:f32[2,4] = dot_general[dimension_numbers=[[[1],[0]],[[],[]]] precision=BF16_BF16_F32 preferred_element_type=float32] x m/w
  # m/tail
  v1:f32[2,4] = add v0 9.999999747378752e-06:f32
  v2:f32[2,4] = max v1 -inf:f32
  # m
  v3:f16[2,4] = convert_element_type[new_dtype=float16] v2
  v4:f16[2,4] = mul v3 0.0999755859375:f16
  v5:f32[2,4] = convert_element_type[new_dtype=float32] v4
in
  z: v5:f32[2,4]
  y: x:f32[2,3]
`},
	} {
		var got strings.Builder
		if err := Equations(small(), c.compute).WriteText(&got); err != nil {
			t.Fatal(err)
		}
		if got.String() != c.want {
			t.Errorf("%v: got\n%s\nwant\n%s", c.compute, got.String(), c.want)
		}
	}
}

func TestEquationsNeedAComputeType(t *testing.T) {
	for _, compute := range []DType{Compute, Bool, Int32} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v was accepted", compute)
				}
			}()
			Equations(small(), compute)
		}()
	}
}

func TestRoundLiteral(t *testing.T) {
	for _, c := range []struct {
		x    float64
		t    DType
		want float64
	}{
		{1e-5, BFloat16, 1.0013580322265625e-05},
		{1.702, BFloat16, 1.703125},
		{3840, BFloat16, 3840},
		{1e-5, Float32, 9.999999747378752e-06},
		{1e-5, Float64, 1e-5},
		{0.1, Float16, 0.0999755859375},
		{-7, Int32, -7},
		{math.Inf(-1), BFloat16, math.Inf(-1)},
	} {
		if got := roundLiteral(c.x, c.t); got != c.want {
			t.Errorf("%g as %v is %.17g, want %.17g", c.x, c.t, got, c.want)
		}
	}
	if got := roundLiteral(math.NaN(), BFloat16); !math.IsNaN(got) {
		t.Errorf("NaN is %g", got)
	}
}

func TestWriteJSON(t *testing.T) {
	var text bytes.Buffer
	if err := Equations(small(), BFloat16).WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Compute   string
		Inputs    [][3]any
		Equations []struct {
			Prim   string
			In     []any
			Out    [][3]any
			Path   string
			Params map[string]any
		}
		Out [][2]string
	}
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Compute != "bfloat16" || len(got.Inputs) != 2 || len(got.Equations) != 8 || len(got.Out) != 2 {
		t.Fatalf("got %s", text.String())
	}
	line := func(i int) string {
		s, err := json.Marshal(got.Equations[i])
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	for i, want := range map[int]string{
		0: `{"Prim":"convert_element_type","In":["x"],"Out":[["v0","bfloat16",[2,3]]],"Path":"m","Params":{"new_dtype":"bfloat16"}}`,
		2: `{"Prim":"dot_general","In":["v0","v1"],"Out":[["v2","float32",[2,4]]],"Path":"m","Params":{"dimension_numbers":[[[1],[0]],[[],[]]],"precision":"BF16_BF16_F32","preferred_element_type":"float32"}}`,
		4: `{"Prim":"max","In":["v3",{"dtype":"float32","value":"-Infinity"}],"Out":[["v4","float32",[2,4]]],"Path":"m/tail","Params":{}}`,
	} {
		if got := line(i); got != want {
			t.Errorf("equation %d: got\n%s\nwant\n%s", i, got, want)
		}
	}
	if got.Out[1] != [2]string{"y", "v0"} || got.Inputs[1][0] != "m/w" {
		t.Errorf("results %v, inputs %v", got.Out, got.Inputs)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

var errBroken = errors.New("broken")

func TestWritersReportErrors(t *testing.T) {
	j := Equations(small(), BFloat16)
	if err := j.WriteText(brokenWriter{}); err == nil {
		t.Error("WriteText lost an error")
	}
	if err := j.WriteJSON(brokenWriter{}); err == nil {
		t.Error("WriteJSON lost an error")
	}
}
