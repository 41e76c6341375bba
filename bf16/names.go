package bf16

import (
	"fmt"
	"strings"

	"bf16lab/internal/nearest"
)

// formatNames lists for each format what Named accepts, canonical name first:
// JAX and jmp names, XLA's, PyTorch's and short ones. "_" and "-" count as equal.
// "float8_e4m3" is missing on purpose: in JAX that is a different format, with
// infinities and a largest value of 240.
var formatNames = []struct {
	format Format
	names  []string
}{
	{BFloat16, []string{"bfloat16", "bf16"}},
	{Float16, []string{"float16", "fp16", "f16", "half"}},
	{TF32, []string{"tf32", "tensorfloat32", "tensorfloat-32"}},
	{Float32, []string{"float32", "fp32", "f32", "full", "single"}},
	{Float64, []string{"float64", "fp64", "f64", "double"}},
	{Float8E4M3, []string{"float8_e4m3fn", "fp8_e4m3fn", "fp8-e4m3", "f8e4m3fn", "e4m3fn", "e4m3"}},
	{Float8E5M2, []string{"float8_e5m2", "fp8-e5m2", "f8e5m2", "e5m2"}},
}

// The options that may follow a name, each after a plus sign.
const (
	optionSaturate = "saturate"
	optionFlush    = "flush"
	optionPayload  = "payload"
)

// Named returns the format of that name, in any case: a JAX or jmp name
// ("bfloat16", "full"), a short one ("bf16", "fp8-e4m3"), optionally followed by
// "+saturate", "+flush" (subnormals) or "+payload" (of NaN), as in
// "float8_e4m3fn+saturate". The error names the nearest valid name.
func Named(name string) (Format, error) {
	parts := strings.Split(name, "+")
	format, err := namedFormat(parts[0])
	if err != nil {
		return Format{}, err
	}
	for _, option := range parts[1:] {
		switch strings.ToLower(strings.TrimSpace(option)) {
		case optionSaturate:
			format.Saturate = true
		case optionFlush:
			format.FlushSubnormals = true
		case optionPayload:
			format.KeepPayload = true
		default:
			near := nearest.Name(normalName(option), []string{optionSaturate, optionFlush, optionPayload})
			return Format{}, fmt.Errorf("bf16: unknown option %q of format %q: the nearest is %q", option, parts[0], near)
		}
	}
	return format, nil
}

func namedFormat(name string) (Format, error) {
	wanted := normalName(name)
	var valid []string
	for _, entry := range formatNames {
		for _, known := range entry.names {
			if normalName(known) == wanted {
				return entry.format, nil
			}
			valid = append(valid, known)
		}
	}
	return Format{}, fmt.Errorf("bf16: unknown format %q: the nearest is %q", name, nearest.Name(wanted, valid))
}

func normalName(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "-", "_")
}

// String returns the name with its options, in a form that [Named] accepts for
// the formats of this package.
func (f Format) String() string {
	text := f.Name
	if f.Saturate {
		text += "+" + optionSaturate
	}
	if f.FlushSubnormals {
		text += "+" + optionFlush
	}
	if f.KeepPayload && !payloadByDefault(f.Name) {
		text += "+" + optionPayload
	}
	return text
}

func payloadByDefault(name string) bool {
	for _, entry := range formatNames {
		if entry.format.Name == name {
			return entry.format.KeepPayload
		}
	}
	return false
}

// MarshalText writes [Format.String]; with UnmarshalText it lets YAML, JSON and
// flags hold a format by name. The error says that the name would not come back
// as this format.
func (f Format) MarshalText() ([]byte, error) {
	if back, err := Named(f.String()); err != nil || back != f {
		return nil, fmt.Errorf("bf16: format %q (%d exponent, %d mantissa bits) has no name", f.Name, f.ExponentBits, f.MantissaBits)
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads what [Named] accepts.
func (f *Format) UnmarshalText(text []byte) error {
	format, err := Named(string(text))
	if err != nil {
		return err
	}
	*f = format
	return nil
}
