package weights

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"bf16lab/internal/nearest"
)

// Totals of the official checkpoint.
const (
	ParameterCount  = 589         // parameter tensors
	ParameterValues = 450_452_613 // values in them
	StateCount      = 81          // state tensors
	StateValues     = 100_608     // values in them
)

// Kind tells trained parameters from states.
type Kind int

const (
	Parameter Kind = iota // trained by gradient
	State                 // gathered during training: var_ema of RMSBatchNorm
)

// String returns "parameter" or "state".
func (k Kind) String() string {
	if k == State {
		return "state"
	}
	return "parameter"
}

// Tensor describes one tensor of the checkpoint.
type Tensor struct {
	Name   string // Module + "/" + Leaf
	Module string // haiku module path, for example alphagenome/embed
	Leaf   string // w, b, scale, offset, bias, embeddings, learnt_scale, residual_scale, q_r_bias, k_r_bias or var_ema
	Shape  []int  // row-major; empty for a scalar
	Kind   Kind
}

// Size returns the number of values, the product of Shape.
func (t Tensor) Size() int {
	size := 1
	for _, n := range t.Shape {
		size *= n
	}
	return size
}

// Manifest returns the 589 parameters and then the 81 states of the official model, in the checkpoint's order.
// The caller owns the result.
func Manifest() []Tensor {
	list := slices.Clone(official().list)
	for i := range list {
		list[i].Shape = slices.Clone(list[i].Shape)
	}
	return list
}

// Find returns the tensor of that module and leaf. The error for an unknown name says which official name is nearest.
func Find(module, leaf string) (Tensor, error) {
	name := module + "/" + leaf
	m := official()
	i, ok := m.index[name]
	if !ok {
		return Tensor{}, fmt.Errorf("weights: no tensor %q; the nearest name is %q", name, nearest.Name(name, m.names))
	}
	t := m.list[i]
	t.Shape = slices.Clone(t.Shape)
	return t, nil
}

// manifest is the decoded list with its index by name.
type manifest struct {
	list  []Tensor
	names []string
	index map[string]int
}

var official = sync.OnceValue(func() manifest {
	type row struct {
		Name  string `json:"name"`
		Shape []int  `json:"shape"`
	}
	file := decode[struct {
		Parameters []row `json:"parameters"`
		States     []row `json:"states"`
	}]("manifest", manifestFile)

	m := manifest{index: map[string]int{}}
	add := func(r row, kind Kind) {
		cut := strings.LastIndexByte(r.Name, '/')
		m.index[r.Name] = len(m.list)
		m.names = append(m.names, r.Name)
		m.list = append(m.list, Tensor{Name: r.Name, Module: r.Name[:cut], Leaf: r.Name[cut+1:], Shape: r.Shape, Kind: kind})
	}
	for _, r := range file.Parameters {
		add(r, Parameter)
	}
	for _, r := range file.States {
		add(r, State)
	}
	return m
})
