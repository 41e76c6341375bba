package bf16_test

import (
	"fmt"
	"math"
	"testing"

	"bf16lab/bf16"
)

func ExampleFormat_Describe() {
	for _, format := range bf16.Formats() {
		d := format.Describe(0.1)
		fmt.Printf("%-14v %-20v %-18s ulp %-9.2g error %.3f ulp\n", d.Format, d.Value, d.Hex, d.Ulp, d.ErrorUlps)
	}
	// Output:
	// float64        0.1                  0x3fb999999999999a ulp 1.4e-17   error 0.000 ulp
	// float32        0.10000000149011612  0x3dcccccd         ulp 7.5e-09   error 0.200 ulp
	// tf32           0.0999755859375      0x1ee66            ulp 6.1e-05   error -0.400 ulp
	// bfloat16       0.10009765625        0x3dcd             ulp 0.00049   error 0.200 ulp
	// float16        0.0999755859375      0x2e66             ulp 6.1e-05   error -0.400 ulp
	// float8_e5m2    0.09375              0x2e               ulp 0.016     error -0.400 ulp
	// float8_e4m3fn  0.1015625            0x1d               ulp 0.0078    error 0.200 ulp
}

func ExampleNamed() {
	format, err := bf16.Named("fp8-e4m3+saturate")
	fmt.Println(format, format.MaxFinite(), err)
	_, err = bf16.Named("bfloat32")
	fmt.Println(err)
	// Output:
	// float8_e4m3fn+saturate 448 <nil>
	// bf16: unknown format "bfloat32": the nearest is "float32"
}

func TestDescribe(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x    float64
		want bf16.Description
	}{
		{1.009765625, bf16.Description{Value: 1.0078125, Class: "normal", Code: 0x3F81, Hex: "0x3f81", Fields: "0|01111111|0000001",
			Ulp: 0x1p-7, Below: 1, Above: 1.015625, Error: -0x1p-9, ErrorUlps: -0.25}},
		{-0x1p-134, bf16.Description{Value: math.Copysign(0, -1), Class: "zero", Code: 0x8000, Hex: "0x8000", Fields: "1|00000000|0000000",
			Ulp: 0x1p-133, Below: -0x1p-133, Above: 0x1p-133, Error: 0x1p-134, ErrorUlps: 0.5}},
		{0x1p-130, bf16.Description{Value: 0x1p-130, Class: "subnormal", Code: 8, Hex: "0x0008", Fields: "0|00000000|0001000",
			Ulp: 0x1p-133, Below: 7 * 0x1p-133, Above: 9 * 0x1p-133}},
		{1e39, bf16.Description{Value: inf, Class: "infinity", Code: 0x7F80, Hex: "0x7f80", Fields: "0|11111111|0000000",
			Ulp: inf, Below: 0x1.fep127, Above: inf, Error: inf, ErrorUlps: math.NaN()}},
		{math.NaN(), bf16.Description{Value: math.NaN(), Class: "NaN", Code: 0x7FC0, Hex: "0x7fc0", Fields: "0|11111111|1000000",
			Ulp: math.NaN(), Below: math.NaN(), Above: math.NaN(), Error: math.NaN(), ErrorUlps: math.NaN()}},
	} {
		got := bf16.BFloat16.Describe(c.x)
		c.want.Format, c.want.Input = bf16.BFloat16, c.x
		if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", c.want); g != w {
			t.Errorf("Describe(%v):\n got %s\nwant %s", c.x, g, w)
		}
	}
	if d := bf16.TF32.Describe(0); d.Hex != "0x00000" {
		t.Errorf("tf32: %+v", d)
	}
	if d := bf16.TF32.Describe(1); d.Hex != "0x1fc00" || d.Fields != "0|01111111|0000000000" {
		t.Errorf("tf32: %+v", d)
	}
}
