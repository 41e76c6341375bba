package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// treeLeaves is the number of products that a tree kernel adds in registers, as in gemm_tree.go.
const treeLeaves = 16

// tree256 generates the kernel that adds groups of products as balanced trees, for one row and two registers of columns.
func tree256(size int) {
	name := fmt.Sprintf("treeAVX2F%d", 8*size)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(groups, element, height int, a, b, sums *float%d)", 8*size))
	Doc(fmt.Sprintf("%s is the tree kernel for %d columns, see treeGo.", name, 64/size))
	groups, element, height := Load(Param("groups"), GP64()), Load(Param("element"), GP64()), Load(Param("height"), GP64())
	a, b, sums := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("sums"), GP64())
	Comment("Bytes from leaf to leaf.")
	IMULQ(element, height)
	SHLQ(Imm(uint64(log2(size))), height)
	SHLQ(Imm(6), element)
	Label("group")
	sum := tree(size, treeLeaves, func() [2]VecVirtual {
		x, p := YMM(), [2]VecVirtual{YMM(), YMM()}
		if size == 4 {
			VBROADCASTSS(Mem{Base: a}, x)
			VMULPS(Mem{Base: b}, x, p[0])
			VMULPS(Mem{Base: b, Disp: 32}, x, p[1])
		} else {
			VBROADCASTSD(Mem{Base: a}, x)
			VMULPD(Mem{Base: b}, x, p[0])
			VMULPD(Mem{Base: b, Disp: 32}, x, p[1])
		}
		ADDQ(height, a)
		ADDQ(element, b)
		return p
	})
	VMOVUPS(sum[0], Mem{Base: sums})
	VMOVUPS(sum[1], Mem{Base: sums, Disp: 32})
	ADDQ(Imm(64), sums)
	DECQ(groups)
	JNE(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// tree emits the sum of so many leaves, neighbours first.
func tree(size, leaves int, leaf func() [2]VecVirtual) [2]VecVirtual {
	if leaves == 1 {
		return leaf()
	}
	left := tree(size, leaves/2, leaf)
	right := tree(size, leaves/2, leaf)
	for j := range left {
		if size == 4 {
			VADDPS(right[j], left[j], left[j])
		} else {
			VADDPD(right[j], left[j], left[j])
		}
	}
	return left
}
