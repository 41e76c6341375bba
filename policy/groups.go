package policy

import (
	"slices"

	"bf16lab/ops"
)

// Group is a set of sites under a name.
type Group struct {
	Name        string
	Description string
	Sites       []*ops.Node // in execution order
}

// groupRule describes the sites of a group by function. A site belongs to the first rule that holds for it.
type groupRule struct {
	name, description string
	listed            bool // also where it has no sites

	function   string        // innermost function; empty for any
	inner      bool          // only results that nothing outside of the function of its module reads
	parameters bool          // also casts of parameters that only the function reads
	primitive  ops.Primitive // empty for any
	castOf     ops.Primitive // a cast of the result of such an equation
	readBy     ops.Primitive // an equation that reads the result, perhaps through moves
	inFunction bool          // inside of any function
}

// functionRules are the groups by function. First comes what is inside of a function: the roundings between its operands and
// its result, and the casts of the parameters that only the function reads. The rounding of the result itself belongs to
// who reads it, a product, a convolution or something else, so that a function which is restored still hands on values of
// the compute type.
var functionRules = []groupRule{
	{name: "layer_norm", description: "Inside LayerNorm, centred or RMS, its parameters included.", listed: true, function: "layer_norm", inner: true, parameters: true},
	{name: "gelu", description: "Inside the sigmoid GELU.", listed: true, function: "gelu", inner: true},
	{name: "gelu_tanh", description: "Inside the tanh GELU.", function: "gelu_tanh", inner: true},
	{name: "softmax", description: "Inside the softmax of attention and classification.", listed: true, function: "softmax", inner: true},
	{name: "rope", description: "Inside the rotary position embedding: positions, frequencies, angles, rotation.", listed: true, function: "rope", inner: true},
	{name: "weight_standardisation", description: "Inside the standardisation of the convolutions' weights: mean, variance, scale, and the casts of its parameters.", listed: true, function: "weight_standardisation", inner: true, parameters: true},
	{name: "rms_batch_norm", description: "Inside RMSBatchNorm, its parameters included but not its state.", function: "rms_batch_norm", inner: true, parameters: true},
	{name: "relative_position", description: "Inside the relative position encoding of the pair representation.", function: "relative_position", inner: true},
	{name: "soft_cap", description: "Inside the cap of attention logits.", function: "soft_cap", inner: true},
	{name: "pool", description: "Inside pools.", function: "pool", inner: true},
	{name: "softplus", description: "Inside softplus.", function: "softplus", inner: true},
	{name: "unscale", description: "On the way from scaled predictions back to the scale of the data.", function: "unscale", inner: true},
	{name: "parameter cast", description: "The casts of parameters to the compute type where they are used: matrices, kernels, biases, embeddings.", listed: true, function: FunctionParameter},
	{name: "state cast", description: "The cast of running statistics to the compute type.", listed: true, function: FunctionState},
	{name: "output cast", description: "The final cast of the heads' results.", listed: true, function: FunctionOutput},
	{name: "residual adds", description: "The sums of skip connections.", listed: true, function: "residual"},
	{name: "dot outputs", description: "Results of matrix products, and their casts from float32; also the order of their sums.", listed: true, primitive: ops.DotGeneralPrimitive},
	{name: "dot outputs", castOf: ops.DotGeneralPrimitive},
	{name: "convolution outputs", description: "Results of convolutions.", primitive: ops.ConvGeneralDilatedPrimitive},
	{name: "dot operands", description: "What is rounded last before a matrix product reads it, other than parameters, residual sums and products.", listed: true, readBy: ops.DotGeneralPrimitive},
	{name: "convolution operands", description: "What is rounded last before a convolution reads it, other than parameters and residual sums: activations and standardised weights.", readBy: ops.ConvGeneralDilatedPrimitive},
	{name: "linear_bias", description: "The sums of products or convolutions and their bias.", function: "linear_bias"},
	{name: "function results", description: "Results of functions that neither a product nor a convolution reads.", inFunction: true},
	{name: "other", description: "All other equations: organism and pair sums, the decoder's residual scale, symmetrisation, input cast."},
}

// ByFunction returns the sites grouped by what they are for. Every site is in exactly one group, so that shares of the error
// can be added up.
func (m *Mixture) ByFunction() []Group {
	f := newFlow(m.graph)
	groups := newGrouping()
	for i := range functionRules {
		if r := &functionRules[i]; r.listed {
			groups.at(r.name, r.description)
		}
	}
	for _, n := range m.Sites() {
		at := slices.IndexFunc(functionRules, func(r groupRule) bool { return r.holds(f, n) })
		r := &functionRules[at]
		groups.add(r.name, r.description, n)
	}
	// In the order of the rules, which begin with what has a name in precision policies.
	slices.SortStableFunc(groups.list, func(a, b *Group) int { return ruleIndex(a.Name) - ruleIndex(b.Name) })
	return groups.groups()
}

func ruleIndex(name string) int {
	return slices.IndexFunc(functionRules, func(r groupRule) bool { return r.name == name })
}

// holds tells whether a site belongs to the group of a rule, unless an earlier rule holds.
func (r *groupRule) holds(f *flow, n *ops.Node) bool {
	switch {
	case r.parameters && n.Function == FunctionParameter:
		return f.isReadIn(n, r.function)
	case r.function != "" && n.Function != r.function,
		r.inFunction && n.Function == "",
		r.primitive != "" && n.Primitive != r.primitive,
		r.castOf != "" && !f.isCastOf(n, r.castOf),
		r.readBy != "" && !f.isReadBy(n, r.readBy),
		r.inner && f.leaves(n):
		return false
	}
	return true
}
