// Command elementwise generates the kernels of ops/cpu that compute elementwise primitives on runs of float32 values.
package main

import (
	"flag"
	"log"

	"bf16lab/ops/cpu/_gen/encode"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "avx512 or avx2")
	flag.Parse()
	ConstraintExpr("!noasm")
	var c *code
	switch *isa {
	case "avx512":
		c = &code{isa: "AVX512", bytes: 64, wide: true}
	case "avx2":
		c = &code{isa: "AVX2", bytes: 32}
	default:
		log.Fatal("elementwise: -isa must be avx512 or avx2")
	}
	for _, op := range binaries {
		c.binary(op)
	}
	for _, op := range unaries {
		c.unary(op)
	}
	c.sumFour(false)
	c.sumFour(true)
	c.sumGroups(false)
	c.sumGroups(true)
	c.copyRows(0)
	c.copyRows(modePast)
	c.gelu()
	c.rotary()
	c.lookup()
	if c.wide {
		c.gatherLookup()
		c.normGatherLookup()
	}
	c.normSingleLookup()
	c.scaleOffset()
	c.scaleOffsetCodes()
	c.everySecond()
	c.interleave()
	c.transpose()
	for _, op := range comparisons {
		c.comparison(op.name, op.predicate)
	}
	c.choice()
	Generate()
	if err := encode.File(flag.Lookup("out").Value.String()); err != nil {
		log.Fatal(err)
	}
}
