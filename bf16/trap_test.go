package bf16

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// The carry of u + 0x7FFF + lsb must not reach NaN.
func TestTrapNaN(t *testing.T) {
	for _, c := range []struct {
		pattern uint32
		naive   uint16 // what the formula alone gives
		want    uint16
	}{
		{0x7FFFFFFF, 0x8000, 0x7FC0}, // CUDA's NaN; -0
		{0x7F800001, 0x7F80, 0x7FC0}, // infinity
		{0xFFFFFFFF, 0x0000, 0xFFC0}, // +0
		{0xFF800001, 0xFF80, 0xFFC0},
		{0x7FFF8000, 0x8000, 0x7FC0},
		{0x7FC12345, 0x7FC1, 0x7FC0}, // payload
	} {
		if naive := uint16((c.pattern + 0x7FFF + c.pattern>>16&1) >> 16); naive != c.naive {
			t.Fatalf("%#08x is no trap: %#04x", c.pattern, naive)
		}
		x := math.Float32frombits(c.pattern)
		got := []float32{x}
		BFloat16.RoundSlice(got, got)
		codes := []uint16{0}
		EncodeBFloat16(codes, []float32{x})
		for way, code := range map[string]uint16{
			"ToBFloat16": ToBFloat16(x), "EncodeBFloat16": codes[0],
			"RoundSlice": uint16(math.Float32bits(got[0]) >> 16), "Bits": uint16(BFloat16.Bits(float64(x))),
		} {
			if code != c.want {
				t.Errorf("%s(%#08x) = %#04x, want %#04x", way, c.pattern, code, c.want)
			}
		}
	}
}

// NaN stays NaN with its sign in every format and mode; payload as documented.
func TestTrapNaNEveryFormat(t *testing.T) {
	for _, f := range variants() {
		for _, pattern := range []uint64{0x7FF0000000000001, 0x7FFFFFFFFFFFFFFF, 0xFFF0000000000001, 0xFFF8000000000000, 0x7FF5555555555555} {
			for mode := range Stochastic + 1 {
				got := f.roundPattern(pattern, mode, math.MaxUint64)
				if !math.IsNaN(math.Float64frombits(got)) || got>>63 != pattern>>63 {
					t.Errorf("%v %v: %#x -> %#x", f, mode, pattern, got)
				}
				if !f.KeepPayload && got&^sign64 != infinity64|quiet64 {
					t.Errorf("%v %v: %#x -> %#x keeps payload", f, mode, pattern, got)
				}
			}
		}
	}
	if got := Float16.Bits(math.Float64frombits(0x7FF5555555555555)); got != 0x7F55 {
		t.Errorf("float16 payload: %#x, want 0x7f55", got)
	}
	const signalling = 0x7FF0000000000001
	if got := Float64.roundPattern(signalling, NearestEven, 0); got != signalling {
		t.Errorf("float64 is not itself: %#x", got)
	}
}

// A bf16 multiply-add through float32 rounds twice and can be wrong; the exact
// value rounded once is right.
func TestTrapMultiplyAddThroughFloat32(t *testing.T) {
	a, b, c := FromBFloat16(0x2A20), FromBFloat16(0x51A6), FromBFloat16(0x9359)
	product := float64(a) * float64(b) // exact: 8-bit significands
	through := float32(product) + c
	if float64(float32(product)) != product || ToBFloat16(through) != 0x3C50 {
		t.Fatalf("no witness: %#04x", ToBFloat16(through))
	}
	// The product is a tie at 0x3C4F.8 and c pulls it down by less than float64 can hold;
	// the neighbour below stands for every value between it and the tie.
	below := math.Nextafter(product, 0)
	if float64(float32(product)+c) != product || c >= 0 {
		t.Fatal("no witness: c is not absorbed")
	}
	if got := BFloat16.Bits(below); got != 0x3C4F {
		t.Errorf("got %#04x, want 0x3c4f", got)
	}
}

// Sum, difference, product, quotient and root of bfloat16 values through float32
// are correctly rounded, because 24 >= 2*8 + 2 (Figueroa, "When is double rounding
// innocuous?", 1995). So are they through float64, which serves as the check.
func TestTrapArithmeticThroughFloat32IsCorrect(t *testing.T) {
	for i := range uint64(1 << 18) {
		random := RandomBits(3, i)
		x := FromBFloat16(uint16(random))
		y := FromBFloat16(uint16(random >> 16))
		if random>>63 == 0 { // exponents at most seven apart, where the operations meet
			y = FromBFloat16(uint16(random) ^ uint16(random>>32)&0x83FF)
		}
		wideX, wideY := float64(x), float64(y)
		checkThroughFloat32(t, '+', x, y, x+y, wideX+wideY)
		checkThroughFloat32(t, '-', x, y, x-y, wideX-wideY)
		checkThroughFloat32(t, '*', x, y, x*y, wideX*wideY)
		checkThroughFloat32(t, '/', x, y, x/y, wideX/wideY)
		checkThroughFloat32(t, '√', x, y, float32(math.Sqrt(wideX)), math.Sqrt(wideX))
	}
}

func checkThroughFloat32(t *testing.T, operation rune, x, y, narrow float32, wide float64) {
	t.Helper()
	if math.Abs(wide) < 0x1p-126 || math.IsNaN(wide) {
		return // float32 has fewer than 24 bits there; the sign of a NaN is the machine's
	}
	if got, want := float64(BFloat16.Round(narrow)), BFloat16.Round64(wide); got != want {
		t.Fatalf("%x %c %x = %x through float32, %x through float64", x, operation, y, got, want)
	}
}

// VCVTNEPS2BF16 flushes subnormals: 16,711,678 inputs differ from plain rounding,
// all of them subnormal. The flushing format is that instruction.
func TestTrapFlushedSubnormals(t *testing.T) {
	flushing := BFloat16.Flushing()
	differing := 0
	for magnitude := range uint32(1 << 23) {
		x := math.Float32frombits(magnitude)
		flushed := math.Float32bits(flushing.Round(x))
		if flushed != 0 {
			t.Fatalf("%#08x -> %#08x", magnitude, flushed)
		}
		if ToBFloat16(x) != 0 {
			differing += 2 // both signs
		}
	}
	if differing != 16_711_678 {
		t.Errorf("%d inputs differ, want 16,711,678", differing)
	}
	for _, x := range []float32{0x1p-126, 0x1.010001p-126, 1, math.MaxFloat32} {
		if flushing.Round(x) != BFloat16.Round(x) || flushing.Round(-x) != BFloat16.Round(-x) {
			t.Errorf("%x differs", x)
		}
	}
	if got := flushing.Round64(math.Nextafter(0x1p-126, 0)); got != 0 {
		t.Errorf("just below the smallest normal value: %x, want 0", got)
	}
	if got := flushing.Round(-0x1p-130); math.Float32bits(got) != sign32 {
		t.Errorf("-0x1p-130 -> %x, want -0", got)
	}
}

// What lies beyond the largest finite value, and just not.
func TestTrapOverflow(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		f    Format
		mode Mode
		x    float64
		want float64
	}{
		{BFloat16, NearestEven, math.MaxFloat32, inf},
		{BFloat16, NearestEven, 0x1.fefffep127, 0x1.fep127},
		{BFloat16, NearestEven, 0x1.ffp127, inf}, // the tie goes to the even code, infinity
		{BFloat16, TowardZero, math.MaxFloat32, 0x1.fep127},
		{BFloat16, TowardZero, math.MaxFloat64, 0x1.fep127},
		{BFloat16, TowardZero, inf, inf},
		{BFloat16.Saturating(), NearestEven, inf, 0x1.fep127},
		{Float16, NearestEven, 65519.99, 65504},
		{Float16, NearestEven, 65520, inf},
		{Float16.Saturating(), NearestEven, 1e6, 65504},
		{TF32, NearestEven, math.MaxFloat32, inf},
		{Float32, NearestEven, 0x1.ffffffp127, inf},
		{Float32, NearestEven, 0x1.fffffefffffffp127, math.MaxFloat32},
		{Float8E4M3, NearestEven, 464, 448}, // a tie: 448 is even
		{Float8E4M3, NearestEven, 465, nan},
		{Float8E4M3, NearestEven, inf, nan},
		{Float8E4M3, TowardZero, 1e9, 448},
		{Float8E4M3, TowardZero, inf, nan},
		{Float8E4M3.Saturating(), NearestEven, 465, 448},
		{Float8E4M3.Saturating(), NearestEven, inf, 448},
		{Float8E4M3.Saturating(), NearestEven, nan, nan},
		{Float8E5M2, NearestEven, 61439.99, 57344},
		{Float8E5M2, NearestEven, 61440, inf},
		{Float8E5M2.Saturating(), NearestEven, 61440, 57344},
	} {
		for _, sign := range []float64{1, -1} {
			r := Rounding{Format: c.f, Mode: c.mode}
			if got := r.Round64(sign*c.x, 0); f64(got) != f64(sign*c.want) {
				t.Errorf("%v %v: Round64(%v) = %v, want %v", c.f, c.mode, sign*c.x, got, sign*c.want)
			}
			if x := float32(c.x); float64(x) == c.x || math.IsNaN(c.x) {
				if got := float64(r.Round(float32(sign)*x, 0)); f64(got) != f64(sign*c.want) {
					t.Errorf("%v %v: Round(%v) = %v, want %v", c.f, c.mode, sign*c.x, got, sign*c.want)
				}
			}
		}
	}
}

// Zeros, ties at both parities, halves of the smallest subnormal.
func TestTrapSmall(t *testing.T) {
	for _, f := range variants() {
		if f.FlushSubnormals {
			continue
		}
		tiny := f.MinPositive()
		for _, c := range []struct{ x, want float64 }{
			{0, 0},
			{tiny / 2, 0}, // the tie goes to zero, which is even
			{tiny * 0.75, tiny},
			{tiny * 1.5, 2 * tiny},
			{tiny * 2.5, 2 * tiny},
			{1 + f.Epsilon()/2, 1},
			{1 + 1.5*f.Epsilon(), 1 + 2*f.Epsilon()},
		} {
			if math.Ldexp(math.Frexp(c.x)) != c.x || f.MantissaBits > 50 || f.ExponentBits > 8 {
				continue // float64 cannot hold half an ulp of the format
			}
			for _, sign := range []float64{1, -1} {
				if got := f.Round64(sign * c.x); f64(got) != f64(sign*c.want) {
					t.Errorf("%v: Round64(%x) = %x, want %x", f, sign*c.x, got, sign*c.want)
				}
			}
		}
	}
	if got := BFloat16.Round(float32(math.Copysign(0, -1))); math.Float32bits(got) != sign32 {
		t.Errorf("-0 -> %x", got)
	}
}

// Go fuses x*y + z on arm64 and under GOAMD64=v3, and then results depend on the
// machine. No file of the package may leave a product bare under a sum.
func TestTrapFusedMultiplyAdd(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	if len(parsed) == 0 {
		t.Fatal("no files")
	}
	parsed = append(parsed, parseBareProduct(t, files))
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(files, "source", nil)}
	if _, err := config.Check("bf16", files, parsed, info); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range parsed {
		ast.Inspect(file, func(node ast.Node) bool {
			for _, operand := range summands(node) {
				if !bareFloatProduct(info, operand) {
					continue
				}
				position := files.Position(operand.Pos())
				if position.Filename == "bare.go" {
					found++
				} else {
					t.Errorf("%v: the product can be fused with the sum; wrap it in a conversion", position)
				}
			}
			return true
		})
	}
	if found != 2 {
		t.Errorf("found %d of the 2 bare products planted", found)
	}
}

// summands returns what a node adds or subtracts.
func summands(node ast.Node) []ast.Expr {
	switch sum := node.(type) {
	case *ast.BinaryExpr:
		if sum.Op == token.ADD || sum.Op == token.SUB {
			return []ast.Expr{sum.X, sum.Y}
		}
	case *ast.AssignStmt:
		if sum.Tok == token.ADD_ASSIGN || sum.Tok == token.SUB_ASSIGN {
			return sum.Rhs
		}
	}
	return nil
}

// parseBareProduct returns a file with two products that must be found and two
// that must not.
func parseBareProduct(t *testing.T, files *token.FileSet) *ast.File {
	file, err := parser.ParseFile(files, "bare.go", `package bf16
func bareProduct(x, y, z float32, i int) (float32, int, float32) {
	z -= x * y
	return (x*y) + z, i*i + i, float32(x*y) - z
}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// bareFloatProduct tells whether e is a product that is a float and no constant.
func bareFloatProduct(info *types.Info, e ast.Expr) bool {
	product, ok := ast.Unparen(e).(*ast.BinaryExpr)
	if !ok || product.Op != token.MUL || info.Types[product].Value != nil {
		return false
	}
	return mayBeFloat(info.Types[product].Type)
}

// mayBeFloat holds for floats and for type parameters, whose arguments may be.
func mayBeFloat(t types.Type) bool {
	if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsFloat != 0
}
