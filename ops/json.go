package ops

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// WriteJSON writes the jaxpr as one JSON object with these members:
//
//	"compute"    the compute type
//	"inputs"     [[name, dtype, shape], ...]
//	"equations"  [{"prim": primitive, "in": [variable or {"value", "dtype"}, ...], "out": [[variable, dtype, shape], ...],
//	             "path": JAX's name stack, "params": see Equation.Params}, ...]
//	"out"        [[name, variable], ...]
//
// Numbers that JSON has no form for are the strings "NaN", "Infinity" and "-Infinity".
func (j *Jaxpr) WriteJSON(w io.Writer) error {
	file := struct {
		Compute   string      `json:"compute"`
		Inputs    []Variable  `json:"inputs"`
		Equations []Equation  `json:"equations"`
		Out       [][2]string `json:"out"`
	}{Compute: j.Compute.String(), Inputs: j.Inputs, Equations: j.Equations}
	for _, r := range j.Outputs {
		file.Out = append(file.Out, [2]string{r.Name, r.Variable.Name})
	}
	if err := json.NewEncoder(w).Encode(file); err != nil {
		return fmt.Errorf("ops: write jaxpr: %w", err)
	}
	return nil
}

// MarshalJSON returns [name, dtype, shape].
func (v Variable) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{v.Name, v.DType.String(), orEmpty(v.Shape)})
}

// MarshalJSON returns the name of a variable, or value and dtype of a literal.
func (a Atom) MarshalJSON() ([]byte, error) {
	if a.Name != "" {
		return json.Marshal(a.Name)
	}
	return json.Marshal(map[string]any{"value": jsonNumber(a.Literal), "dtype": a.DType.String()})
}

// MarshalJSON returns primitive, operands, results, path and parameters.
func (e Equation) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Primitive Primitive      `json:"prim"`
		In        []Atom         `json:"in"`
		Out       []Variable     `json:"out"`
		Path      string         `json:"path"`
		Params    map[string]any `json:"params"`
	}{e.Node.Primitive, orEmpty(e.In), e.Out, e.Node.Path, e.Params()})
}

// jsonNumber returns x, or its name where JSON has no form for it.
func jsonNumber(x float64) any {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	}
	return x
}

// orEmpty returns s, or an empty slice in place of nil, which JSON would write as null.
func orEmpty[S ~[]E, E any](s S) S {
	if s == nil {
		return S{}
	}
	return s
}

// Params returns the parameters of the equation under JAX's names and with JAX's structure. Those that say nothing about
// a forward pass (weak_type) are left out; an equation without any has an empty map.
func (e Equation) Params() map[string]any {
	n, result := e.Node, e.Out[0]
	switch p := n.Params.(type) {
	case ConvertParams:
		return map[string]any{"new_dtype": result.DType.String()}
	case IotaParams:
		return map[string]any{"dtype": result.DType.String(), "shape": orEmpty(p.Shape), "dimension": p.Dimension}
	case BroadcastParams:
		return map[string]any{"shape": orEmpty(p.Shape), "broadcast_dimensions": orEmpty(p.Dimensions)}
	case ReshapeParams:
		return map[string]any{"new_sizes": orEmpty(p.NewSizes)}
	case SqueezeParams:
		return map[string]any{"dimensions": p.Dimensions}
	case TransposeParams:
		return map[string]any{"permutation": p.Permutation}
	case ConcatenateParams:
		return map[string]any{"dimension": p.Dimension}
	case StackParams:
		return map[string]any{"axis": p.Axis}
	case PadParams:
		return map[string]any{"padding_config": p.Config}
	case ReduceParams:
		return map[string]any{"axes": p.Axes}
	case IntegerPowParams:
		return map[string]any{"y": p.Y}
	case SortParams:
		return map[string]any{"dimension": p.Dimension, "is_stable": p.IsStable, "num_keys": p.NumKeys}
	case SliceParams:
		return sliceParams(p)
	case WindowParams:
		return windowParams(p)
	case ConvParams:
		return convParams(p)
	case DotParams:
		return dotParams(p, result.DType)
	case GatherParams:
		return gatherParams(p, n.In[0].Shape())
	case ApproxTopKParams:
		return map[string]any{
			"k": p.K, "reduction_dimension": p.Dimension, "recall_target": 0.95, "is_max_k": true,
			"reduction_input_size_override": -1, "aggregate_to_topk": true,
		}
	}
	return map[string]any{}
}

func sliceParams(p SliceParams) map[string]any {
	m := map[string]any{"start_indices": p.StartIndices, "limit_indices": p.LimitIndices}
	if p.Strides != nil {
		m["strides"] = p.Strides
	}
	return m
}

func windowParams(p WindowParams) map[string]any {
	ones := make([]int, len(p.Dimensions))
	padding := make([][2]int, len(p.Dimensions))
	for i := range ones {
		ones[i] = 1
	}
	return map[string]any{
		"window_dimensions": p.Dimensions, "window_strides": p.Strides, "padding": padding,
		"base_dilation": ones, "window_dilation": ones,
	}
}

func convParams(p ConvParams) map[string]any {
	axes := map[string]any{"lhs_spec": []int{0, 2, 1}, "rhs_spec": []int{2, 1, 0}, "out_spec": []int{0, 2, 1}}
	return map[string]any{
		"window_strides": []int{1}, "padding": [][2]int{p.Padding}, "lhs_dilation": []int{1}, "rhs_dilation": []int{1},
		"dimension_numbers": axes, "feature_group_count": 1, "batch_group_count": 1,
	}
}

func dotParams(p DotParams, result DType) map[string]any {
	contracting := [][]int{orEmpty(p.LeftContracting), orEmpty(p.RightContracting)}
	batch := [][]int{orEmpty(p.LeftBatch), orEmpty(p.RightBatch)}
	m := map[string]any{"dimension_numbers": [][][]int{contracting, batch}, "preferred_element_type": result.String()}
	if p.Precision != "" {
		m["precision"] = p.Precision
	}
	return m
}

func gatherParams(p GatherParams, operand Shape) map[string]any {
	batch := []int{}
	for i := range p.Batch {
		batch = append(batch, i)
	}
	sizes := slices.Clone(operand)
	sizes[p.Axis] = 1
	for _, i := range batch {
		sizes[i] = 1
	}
	m := map[string]any{
		"dimension_numbers": map[string]any{
			"offset_dims": orEmpty(p.OffsetDims), "collapsed_slice_dims": []int{p.Axis}, "start_index_map": []int{p.Axis},
			"operand_batching_dims": batch, "start_indices_batching_dims": batch,
		},
		"slice_sizes": sizes, "unique_indices": false, "indices_are_sorted": false, "mode": "GatherScatterMode." + string(p.Mode),
	}
	if p.Mode == FillOrDrop {
		m["fill_value"] = "NaN"
	}
	return m
}
