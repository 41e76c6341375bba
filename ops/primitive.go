package ops

// Primitive is the name of an operation, as JAX prints it.
type Primitive string
