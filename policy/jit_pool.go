package policy

import (
	"bf16lab/ops"
	"bf16lab/policy/xlacpu"
)

// pool follows a max pool downstream (rule 9): YNNPACK carries it out together with the elementwise operations behind it, as
// long as each result has a single reader. No result on the way is rounded to bfloat16, and neither is the last one if all
// that read it compute in float32.
func (j *jit) pool(n *ops.Node) {
	if n.Primitive != ops.ReduceWindowMaxPrimitive || !j.half(n.Out[0].DType) || n.In[0].Shape().Size() < xlacpu.SmallSum {
		return
	}
	for v := n.Out[0]; j.alone(v); {
		next := j.readers[v.ID][0]
		if !absorbed[next.Primitive] || !j.half(next.Out[0].DType) {
			return
		}
		v = next.Out[0]
		if !j.widelyRead(v) {
			return
		}
		for _, r := range j.readers[v.ID] {
			for i, o := range r.In {
				if o.Value == v {
					j.read(r, i)
				}
			}
		}
	}
}

// widelyRead tells whether everything that reads a bfloat16 value widens it first.
func (j *jit) widelyRead(v *ops.Value) bool {
	if j.outputs[v.ID] {
		return false
	}
	for _, r := range j.readers[v.ID] {
		out := r.Out[0].DType
		switch {
		case r.Primitive == ops.ConvertElementTypePrimitive && out != ops.Float32:
			return false
		case r.Primitive == ops.DotGeneralPrimitive && !j.half(out):
			return false
		case r.Primitive.Moves():
			return false
		}
	}
	return true
}

// absorbed holds the elementwise primitives that follow a pool into YNNPACK.
var absorbed = map[ops.Primitive]bool{
	ops.AddPrimitive: true, ops.SubPrimitive: true, ops.MulPrimitive: true, ops.DivPrimitive: true,
}
