package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The bits of a kernel's mode, as in kernel_select.go.
const (
	modeAdd      = 1
	modeResume   = 2
	modeOddFirst = 4
)

// tile is the state shared by the steps of a tile kernel: registers of its arguments and its accumulators.
type tile struct {
	size, height       int // bytes of a value, rows of the tile
	vector, vectors    int // bytes of a vector register, registers in a row of the tile
	mode, count        Register
	a, b, c, rowStride GPVirtual
	aStep, bStep       [2]GPVirtual // bytes to the next element from the first and from the second of a pair
	acc                [][]VecVirtual
}

// tile512 generates a kernel of height rows and two registers of columns, with columns from width on masked.
func tile512(size, height int) {
	t := begin("AVX512", "width", size, height, 64, func() VecVirtual { return ZMM() })
	columns := masks(Load(Param("width"), GP64()), t.vectors, t.vector/size)
	t.start(func(j int, from Mem, to VecVirtual) {
		if size == 4 {
			VMOVUPS_Z(from, columns[j], to)
		} else {
			VMOVUPD_Z(from, columns[j], to)
		}
	}, func(v VecVirtual) { VPXORD(v, v, v) })
	b, x := []VecVirtual{ZMM(), ZMM()}, ZMM()
	t.loop(func() {
		for j, v := range b {
			VMOVUPS(Mem{Base: t.b, Disp: j * t.vector}, v)
		}
		for i, row := range t.acc {
			// To a register: a memory operand in every multiplication would be more loads than Intel's processors carry out.
			t.broadcast(i, x)
			for j, acc := range row {
				if size == 4 {
					VFMADD231PS(x, b[j], acc)
				} else {
					VFMADD231PD(x, b[j], acc)
				}
			}
		}
	})
	t.finish(func(j int, c Mem, acc VecVirtual) {
		if size == 4 {
			VMOVUPS_Z(c, columns[j], b[0])
			VADDPS(acc, b[0], acc)
		} else {
			VMOVUPD_Z(c, columns[j], b[0])
			VADDPD(acc, b[0], acc)
		}
	}, func(j int, acc VecVirtual, to Mem) {
		if size == 4 {
			VMOVUPS(acc, columns[j], to)
		} else {
			VMOVUPD(acc, columns[j], to)
		}
	})
}

// tile256 generates a kernel of height rows and two registers of columns, all of them computed, with fused or with separate
// multiplications and additions.
func tile256(size, height int, fused bool) {
	isa := "AVX2"
	if !fused {
		isa = "UnfusedAVX2"
	}
	t := begin(isa, "_", size, height, 32, func() VecVirtual { return YMM() })
	t.start(func(_ int, from Mem, to VecVirtual) { VMOVUPS(from, to) }, func(v VecVirtual) { VXORPS(v, v, v) })
	b, x, product := []VecVirtual{YMM(), YMM()}, YMM(), YMM()
	add := func(x, y, to VecVirtual) {
		if size == 4 {
			VADDPS(x, y, to)
		} else {
			VADDPD(x, y, to)
		}
	}
	multiplyAdd := func(b, acc VecVirtual) {
		switch {
		case fused && size == 4:
			VFMADD231PS(x, b, acc)
		case fused:
			VFMADD231PD(x, b, acc)
		case size == 4:
			VMULPS(x, b, product)
			add(acc, product, acc)
		default:
			VMULPD(x, b, product)
			add(acc, product, acc)
		}
	}
	t.loop(func() {
		for j, v := range b {
			VMOVUPS(Mem{Base: t.b, Disp: j * t.vector}, v)
		}
		for i, row := range t.acc {
			t.broadcast(i, x)
			for j, acc := range row {
				multiplyAdd(b[j], acc)
			}
		}
	})
	t.finish(func(_ int, c Mem, acc VecVirtual) {
		VMOVUPS(c, x)
		add(acc, x, acc)
	}, func(_ int, acc VecVirtual, to Mem) { VMOVUPS(acc, to) })
}

// broadcast emits the load of the left operand's value in row i.
func (t *tile) broadcast(i int, x VecVirtual) {
	from := Mem{Base: t.a, Disp: i * t.size}
	if t.size == 4 {
		VBROADCASTSS(from, x)
	} else {
		VBROADCASTSD(from, x)
	}
}

// begin opens the function, loads its arguments and allocates the accumulators.
func begin(isa, width string, size, height, vector int, register func() VecVirtual) *tile {
	t := &tile{size: size, height: height, vector: vector, vectors: 2}
	name := fmt.Sprintf("tile%sF%dHeight%d", isa, 8*size, height)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(mode, count, element, %s int, a, b, c *float%d, stride int)", width, 8*size))
	Doc(fmt.Sprintf("%s is the tile kernel of height %d, see tileGo%d.", name, height, 8*size))
	t.mode, t.count = Load(Param("mode"), GP64()), Load(Param("count"), GP64())
	t.a, t.b, t.c, t.rowStride = GP64(), GP64(), GP64(), GP64()
	Load(Param("a"), t.a)
	Load(Param("b"), t.b)
	Load(Param("c"), t.c)
	Load(Param("stride"), t.rowStride)
	SHLQ(Imm(uint64(log2(size))), t.rowStride)
	t.steps(Load(Param("element"), GP64()))
	for range height {
		row := make([]VecVirtual, t.vectors)
		for j := range row {
			row[j] = register()
		}
		t.acc = append(t.acc, row)
	}
	return t
}

// rows visits the tile's results, row by row.
func (t *tile) rows(visit func(i, j int, at Mem)) {
	row := GP64()
	MOVQ(t.c, row)
	for i := range t.height {
		for j := range t.vectors {
			visit(i, j, Mem{Base: row, Disp: j * t.vector})
		}
		if i+1 < t.height {
			ADDQ(t.rowStride, row)
		}
	}
}

// start sets the accumulators to +0 or, to resume chains, to the results.
func (t *tile) start(load func(j int, from Mem, to VecVirtual), zero func(VecVirtual)) {
	TESTQ(U32(modeResume), t.mode)
	JNE(LabelRef("resume"))
	for _, row := range t.acc {
		for _, acc := range row {
			zero(acc)
		}
	}
	t.rows(func(_, _ int, at Mem) { PREFETCHT0(at) })
	JMP(LabelRef("chain"))
	Label("resume")
	t.rows(func(i, j int, at Mem) { load(j, at, t.acc[i][j]) })
	Label("chain")
}

// steps prepares the walk over the elements: by a constant stride or, with the odd element of each pair first, from 1 back
// to 0, on to 3, back to 2 and so on.
func (t *tile) steps(element Register) {
	for _, s := range []struct {
		step  *[2]GPVirtual
		bytes int
		base  GPVirtual
	}{{&t.aStep, t.height * t.size, t.a}, {&t.bStep, t.vectors * t.vector, t.b}} {
		first, second := GP64(), GP64()
		IMUL3Q(U32(s.bytes), element, first)
		MOVQ(first, second)
		*s.step = [2]GPVirtual{first, second}
	}
	TESTQ(U32(modeOddFirst), t.mode)
	JEQ(LabelRef("loop"))
	for _, s := range []struct {
		step *[2]GPVirtual
		base GPVirtual
	}{{&t.aStep, t.a}, {&t.bStep, t.b}} {
		ADDQ(s.step[0], s.base)
		LEAQ(Mem{Base: s.step[0], Index: s.step[0], Scale: 2}, s.step[1])
		NEGQ(s.step[0])
	}
	Label("loop")
}

// loop repeats step for every element, two pairs per turn. A last single element is never swapped.
func (t *tile) loop(step func()) {
	one := func(i int) {
		step()
		ADDQ(t.aStep[i], t.a)
		ADDQ(t.bStep[i], t.b)
	}
	SUBQ(Imm(4), t.count)
	JLT(LabelRef("pair"))
	Label("turn")
	for range 2 {
		one(0)
		one(1)
	}
	SUBQ(Imm(4), t.count)
	JGE(LabelRef("turn"))
	Label("pair")
	TESTQ(U32(2), t.count)
	JEQ(LabelRef("single"))
	one(0)
	one(1)
	Label("single")
	TESTQ(U32(1), t.count)
	JEQ(LabelRef("done"))
	TESTQ(U32(modeOddFirst), t.mode)
	JEQ(LabelRef("last"))
	Comment("The walk stands on the odd element of a pair that does not exist.")
	ADDQ(t.aStep[0], t.a)
	ADDQ(t.bStep[0], t.b)
	Label("last")
	step()
	Label("done")
}

// finish adds the results to the accumulators if asked to, and stores them.
func (t *tile) finish(add func(j int, c Mem, acc VecVirtual), store func(j int, acc VecVirtual, to Mem)) {
	TESTQ(U32(modeAdd), t.mode)
	JEQ(LabelRef("store"))
	t.rows(func(i, j int, at Mem) { add(j, at, t.acc[i][j]) })
	Label("store")
	t.rows(func(i, j int, at Mem) { store(j, t.acc[i][j], at) })
	VZEROUPPER()
	RET()
}

func log2(n int) int {
	l := 0
	for ; n > 1; n /= 2 {
		l++
	}
	return l
}
