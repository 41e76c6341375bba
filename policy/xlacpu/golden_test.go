package xlacpu

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// lines reads a golden file.
func lines(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// numbers reads integers separated by sep.
func numbers(t *testing.T, fields ...string) []int {
	t.Helper()
	out := make([]int, len(fields))
	for i, s := range fields {
		var err error
		if out[i], err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func productOf(t *testing.T, fields []string) Product {
	v := numbers(t, fields[:6]...)
	return Product{Rows: v[0], Columns: v[1], Depth: v[2], Batch: v[3], Transposed: v[4] == 1, Half: v[5] == 1}
}

// stream is the stream of golden.py.
func stream(seed uint64, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		z := seed + uint64(i+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		out[i] = float32(int64(z>>40)-1<<23) * 0x1p-23
	}
	return out
}

func digest(x []float32) string {
	var raw []byte
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// describe writes an order as golden.py does.
func describe(o bf16.DotOrder) string {
	lanes := fmt.Sprint(max(o.Lanes, 1))
	if o.OddFirst {
		lanes = "p"
	}
	s := fmt.Sprintf("%s/%d", lanes, o.Block)
	if o.Unfused {
		s += "u"
	}
	if o.Rest == bf16.RestBlock {
		s += "r"
	}
	return s
}

func TestProductChoice(t *testing.T) {
	for _, f := range lines(t, "products.csv") {
		p := productOf(t, f)
		o := Recorded.Product(p)
		at := numbers(t, f[6], f[7])
		for _, c := range []struct {
			i, j int
			want string
		}{
			{0, 0, f[8]}, {0, p.Columns - 1, f[9]}, {p.Rows - 1, 0, f[10]}, {p.Rows - 1, p.Columns - 1, f[11]},
			{max(at[0]-1, 0), max(at[1]-1, 0), f[8]}, {at[0], at[1], f[11]},
		} {
			if got := describe(o.At(c.i, c.j)); got != c.want {
				t.Errorf("%+v: order at (%d, %d) is %s, want %s", p, c.i, c.j, got, c.want)
			}
		}
	}
}

func TestProductResults(t *testing.T) {
	for i, f := range lines(t, "results.csv") {
		p := productOf(t, f)
		a, b := stream(uint64(2*i), p.Rows*p.Depth), stream(uint64(2*i+1), p.Depth*p.Columns)
		if p.Half {
			cut(a)
			cut(b)
		}
		if got := digest(multiply(p, Recorded.Product(p), a, b)); got != f[6] {
			t.Errorf("%+v: %s, want %s", p, got, f[6])
		}
	}
}

func cut(x []float32) {
	for i, v := range x {
		x[i] = math.Float32frombits(math.Float32bits(v) &^ 0xffff)
	}
}

// multiply computes a product element by element.
func multiply(p Product, o ops.ProductOrder, a, b []float32) []float32 {
	c := make([]float32, p.Rows*p.Columns)
	column := make([]float32, p.Depth)
	for j := range p.Columns {
		for k := range column {
			column[k] = b[k*p.Columns+j]
		}
		for i := range p.Rows {
			c[i*p.Columns+j] = bf16.Dot(o.At(i, j), a[i*p.Depth:(i+1)*p.Depth], column)
		}
	}
	return c
}

func TestSums(t *testing.T) { checkSums(t, "sums.csv", Recorded.Sum) }

func TestFusedSums(t *testing.T) { checkSums(t, "fused_sums.csv", Recorded.FusedSum) }

// checkSums compares sums in the order that a rule gives with the digests of a file.
func checkSums(t *testing.T, file string, rule func(shape, axes []int) bf16.SumOrder) {
	for i, f := range lines(t, file) {
		shape := ops.Shape(numbers(t, strings.Split(f[0], "x")...))
		axes := numbers(t, strings.Split(f[1], "x")...)
		x := stream(1000+uint64(i), shape.Size())
		for j := range x {
			x[j] *= 1000
		}
		in := &ops.Tensor{Shape: shape, F32: x}
		size := shape.Size()
		for _, a := range axes {
			size /= shape[a]
		}
		plan := &ops.NodePlan{Sum: rule(shape, axes)}
		out := ops.NewTensor(ops.Shape{size}, ops.StoreFloat32)
		ops.Evaluate(ops.ReduceSumPrimitive, &ops.Context{Params: ops.ReduceParams{Axes: axes}, Plan: plan}, []*ops.Tensor{out}, []*ops.Tensor{in})
		if got := digest(out.F32); got != f[2] {
			t.Errorf("shape %v, axes %v, order %+v: %s, want %s", shape, axes, plan.Sum, got, f[2])
		}
	}
}

// A column of a sum over leading axes has the order of the whole shape, whichever block of columns it is computed with.
func TestSumByColumns(t *testing.T) {
	shape, axes := ops.Shape{5, 256, 384}, []int{0, 1}
	in := &ops.Tensor{Shape: shape, F32: stream(5, shape.Size())}
	c := &ops.Context{Params: ops.ReduceParams{Axes: axes}, Plan: &ops.NodePlan{Sum: Recorded.Sum(shape, axes)}}
	whole, parts := ops.NewTensor(ops.Shape{384}, ops.StoreFloat32), ops.NewTensor(ops.Shape{384}, ops.StoreFloat32)
	ops.Evaluate(ops.ReduceSumPrimitive, c, []*ops.Tensor{whole}, []*ops.Tensor{in})
	for lo := 0; lo < 384; lo += 100 {
		ops.SumColumns(c, parts, in, lo, min(lo+100, 384))
	}
	if digest(whole.F32) != digest(parts.F32) {
		t.Error("blocks of columns give other sums than the whole")
	}
}

func TestConvolution(t *testing.T) {
	for _, c := range []struct{ width, channels, block int }{
		{15, 4, 0}, {5, 64, 0}, {5, 65, 168}, {5, 67, 168}, {5, 70, 176}, {5, 72, 184}, {7, 64, 224}, {5, 96, 240}, {5, 100, 256}, {5, 768, 320},
		{5, 1536, 320}, {1, 768, 256},
	} {
		want := bf16.DotOrder{Block: c.block}
		if got := Recorded.Convolution(c.width, c.channels); got != want {
			t.Errorf("width %d, %d channels: %+v, want block %d", c.width, c.channels, got, c.block)
		}
	}
}
