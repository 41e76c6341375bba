// Command gemm generates the assembly of the matrix products of package cpu, one file for each instruction set:
//
//	go run ./gemm -isa avx512 -out ../kernel_avx512_amd64.s -stubs ../kernel_avx512_amd64.go -pkg cpu
package main

import (
	"flag"
	"log"

	"bf16lab/ops/cpu/_gen/encode"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	isa := flag.String("isa", "", "avx512 or avx2")
	flag.Parse()
	ConstraintExpr("!noasm")
	switch *isa {
	case "avx512":
		for _, size := range []int{4, 8} {
			for height := 1; height <= 14; height++ {
				tile512(size, height)
			}
		}
		for _, s := range sources {
			packLines512(s)
			packStrips(s, "AVX512", 64, func() VecVirtual { return ZMM() })
			packTranspose512(s)
		}
		for height := 1; height <= 14; height++ {
			pairTile512(height)
		}
		packPairLines512()
		packPairStrips512()
		packPairTranspose512()
	case "avx2":
		for _, size := range []int{4, 8} {
			for height := 1; height <= 6; height++ {
				tile256(size, height, true)
				tile256(size, height, false)
			}
			tree256(size)
		}
		for _, s := range sources {
			packStrips(s, "AVX2", 32, func() VecVirtual { return YMM() })
			packTranspose256(s)
		}
	default:
		log.Fatal("gemm: -isa must be avx512 or avx2")
	}
	Generate()
	if err := encode.File(flag.Lookup("out").Value.String()); err != nil {
		log.Fatal(err)
	}
}
