package weights

// Source delivers the tensors of a model.
type Source interface {
	// Tensor returns the values of a tensor in row-major order. The caller owns the slice.
	//
	// The error for a name that the source does not have says which name is nearest.
	Tensor(module, leaf string, shape []int) ([]float32, error)
}
