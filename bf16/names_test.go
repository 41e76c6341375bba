package bf16

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNamed(t *testing.T) {
	for name, want := range map[string]Format{
		"bfloat16": BFloat16, "bf16": BFloat16, "BF16": BFloat16, " bf16 ": BFloat16,
		"float16": Float16, "fp16": Float16, "f16": Float16, "half": Float16,
		"tf32": TF32, "tensorfloat32": TF32, "TensorFloat-32": TF32,
		"float32": Float32, "f32": Float32, "full": Float32,
		"float64": Float64, "f64": Float64,
		"float8_e4m3fn": Float8E4M3, "float8-e4m3fn": Float8E4M3, "fp8-e4m3": Float8E4M3, "f8E4M3FN": Float8E4M3,
		"float8_e5m2": Float8E5M2, "fp8_e5m2": Float8E5M2,
		"fp8-e4m3+saturate": Float8E4M3.Saturating(),
		"bf16+flush":        BFloat16.Flushing(),
		"bf16 + payload":    BFloat16.KeepingPayload(),
	} {
		if got, err := Named(name); err != nil || got != want {
			t.Errorf("Named(%q) = %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestNamedErrors(t *testing.T) {
	for name, want := range map[string]string{
		"bfloat61":       `bf16: unknown format "bfloat61": the nearest is "bfloat16"`,
		"fp32x":          `bf16: unknown format "fp32x": the nearest is "fp32"`,
		"float8_e4m3":    `bf16: unknown format "float8_e4m3": the nearest is "float8_e4m3fn"`,
		"bf16+saturated": `bf16: unknown option "saturated" of format "bf16": the nearest is "saturate"`,
		"bf16+":          `bf16: unknown option "" of format "bf16": the nearest is "flush"`,
	} {
		got, err := Named(name)
		if err == nil || err.Error() != want || got != (Format{}) {
			t.Errorf("Named(%q) = %v, %v, want the error %s", name, got, err, want)
		}
	}
	if _, err := Named(""); err == nil {
		t.Error("the empty name is accepted")
	}
}

func TestFormatText(t *testing.T) {
	seen := map[string]Format{}
	for _, f := range variants() {
		if other, ok := seen[f.String()]; ok && other != f {
			t.Errorf("%#v and %#v are both %q", f, other, f)
		}
		seen[f.String()] = f
		_, err := Named(f.Name)
		text, marshalErr := json.Marshal(map[string]Format{"format": f})
		if (err == nil) != (marshalErr == nil) {
			t.Errorf("%v: named %v, marshalled %v", f, err, marshalErr)
		}
		if err != nil {
			continue
		}
		var back map[string]Format
		if err := json.Unmarshal(text, &back); err != nil || back["format"] != f {
			t.Errorf("%s -> %#v, %v", text, back["format"], err)
		}
	}
	plain := Float16
	plain.KeepPayload = false // same name, another format
	if _, err := plain.MarshalText(); err == nil {
		t.Error("a format that its name does not describe is marshalled")
	}
	var f Format
	if err := f.UnmarshalText([]byte("bf17")); err == nil || f != (Format{}) {
		t.Errorf("bf17 gives %v, %v", f, err)
	}
}

func TestModeText(t *testing.T) {
	for mode := range Stochastic + 1 {
		text, err := mode.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Mode
		if err := back.UnmarshalText(text); err != nil || back != mode {
			t.Errorf("%v -> %s -> %v, %v", mode, text, back, err)
		}
	}
	if _, err := NamedMode("nearest"); err == nil || !strings.Contains(err.Error(), `"nearest-even"`) {
		t.Errorf("nearest: %v", err)
	}
	if _, err := Mode(9).MarshalText(); err == nil || Mode(9).String() != "Mode(9)" {
		t.Errorf("Mode(9): %v, %v", Mode(9), err)
	}
	mode := TowardZero
	if err := mode.UnmarshalText([]byte("up")); err == nil || mode != TowardZero {
		t.Errorf("up gives %v, %v", mode, err)
	}
}

func TestValidate(t *testing.T) {
	for _, f := range variants() {
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, f := range []Format{
		{},
		{Name: "e1m3", ExponentBits: 1, MantissaBits: 3, Infinities: true},
		{Name: "e12m3", ExponentBits: 12, MantissaBits: 3, Infinities: true},
		{Name: "e4m0", ExponentBits: 4, Infinities: true},
		{Name: "e8m53", ExponentBits: 8, MantissaBits: 53, Infinities: true},
		{Name: "e11m3fn", ExponentBits: 11, MantissaBits: 3},
	} {
		if f.Validate() == nil {
			t.Errorf("%v is valid", f)
		}
	}
}
