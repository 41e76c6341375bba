package ops

type dtypeRule func(DType) bool

func anyNumber(t DType) bool { return t == Int32 || t.IsFloat() }
func anyFloat(t DType) bool  { return t.IsFloat() }
func anyBool(t DType) bool   { return t == Bool }

// unary appends an elementwise equation of one operand.
func (b *Builder) unary(p Primitive, x Arg, rule dtypeRule) *Value {
	in := x.operand(Float32)
	b.require(rule(in.DType), p, "operand is %v", in.DType)
	return b.apply(p, nil, []Operand{in}, in.DType, in.Shape())
}

// operands resolves two arguments: a literal takes the dtype of the other side.
func (b *Builder) operands(p Primitive, x, y Arg) (Operand, Operand, Shape) {
	like := Float32
	for _, a := range []Arg{x, y} {
		switch a := a.(type) {
		case *Value:
			like = a.DType
		case Typed:
			like = a.DType
		}
	}
	l, r := x.operand(like), y.operand(like)
	b.require(l.DType == r.DType, p, "operands are %v and %v", l.DType, r.DType)
	shape, ok := broadcast(l.Shape(), r.Shape())
	b.require(ok, p, "shapes %v and %v do not broadcast", l.Shape(), r.Shape())
	return l, r, shape
}

// binary appends an elementwise equation of two operands of one dtype.
func (b *Builder) binary(p Primitive, x, y Arg, rule dtypeRule) *Value {
	l, r, shape := b.operands(p, x, y)
	b.require(rule(l.DType), p, "operands are %v", l.DType)
	return b.apply(p, nil, []Operand{l, r}, l.DType, shape)
}

// compare appends an elementwise comparison of numbers.
func (b *Builder) compare(p Primitive, x, y Arg) *Value {
	l, r, shape := b.operands(p, x, y)
	b.require(anyNumber(l.DType), p, "operands are %v", l.DType)
	return b.apply(p, nil, []Operand{l, r}, Bool, shape)
}
