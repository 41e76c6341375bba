package experiments

import (
	"bf16lab/model"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"
	"bf16lab/ops"
)

// inputs gives a program the tensors that its graph takes from outside: weights from a source, the arguments of the call,
// constants of the model.
type inputs struct {
	source    weights.Source
	arguments map[string]*ops.Tensor
}

// newInputs returns the inputs of the model for a batch of sequences.
func newInputs(source weights.Source, batch []*sequence.Sequence, organisms []int32) *inputs {
	length := batch[0].Len()
	hot := make([]float32, 0, len(batch)*length*4)
	for _, s := range batch {
		hot = append(hot, s.OneHot()...)
	}
	return &inputs{source: source, arguments: map[string]*ops.Tensor{
		model.SequenceArgument: {Shape: ops.Shape{len(batch), length, 4}, F32: hot},
		model.OrganismArgument: {Shape: ops.Shape{len(batch)}, I32: organisms},
	}}
}

// load returns the tensor of an input of the graph.
func (in *inputs) load(v *ops.Value) (*ops.Tensor, error) {
	switch v.Input.Kind {
	case ops.Argument:
		return in.arguments[v.Input.Leaf], nil
	case ops.Constant:
		return constant(v), nil
	}
	data, err := in.source.Tensor(v.Input.Module, v.Input.Leaf, v.Shape)
	if err != nil {
		return nil, err
	}
	return &ops.Tensor{Shape: v.Shape, F32: data}, nil
}

func constant(v *ops.Value) *ops.Tensor {
	t := &ops.Tensor{Shape: v.Shape}
	switch data := v.Input.Data.(type) {
	case []float32:
		t.F32 = data
	case []int32:
		t.I32 = data
	case []bool:
		t.Bool = data
	}
	return t
}
