package reports

import (
	"math"
	"strconv"
	"strings"
)

// number is a float64 that can be written to JSON whatever its value: six significant digits (integers whole), null
// for NaN, "inf" and "-inf" for infinities.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	switch {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-inf"`), nil
	case v == 0:
		return []byte("0"), nil
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.AppendFloat(nil, v, 'f', -1, 64), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 6, 64), nil
}

// formatError writes an error with the given number of significant digits: 5.43e-2, 0, ∞, undefined.
func formatError(v float64, digits int) string {
	switch {
	case math.IsNaN(v):
		return "undefined"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == 0:
		return "0"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	power, _ := strconv.Atoi(exponent)
	return mantissa + "e" + strconv.Itoa(power)
}

// formatPercent writes a share, which may be negative or above one, as per cent: 87.3 %.
func formatPercent(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return formatError(v, 2)
	}
	digits := 1
	if v != 0 && math.Abs(v) < 1e-3 {
		digits = 2
	}
	text := strconv.FormatFloat(100*v, 'f', digits, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return strings.Replace(text, "-", "−", 1) + " %"
}

// formatCount writes an integer with commas between thousands: 12,288.
func formatCount[T int | int64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "−", digits[1:]
	}
	var b strings.Builder
	for i, c := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	return sign + b.String()
}

// formatShape writes a tensor's shape: 1 × 4,096 × 768.
func formatShape(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = formatCount(n)
	}
	return strings.Join(parts, " × ")
}

// formatIndex writes a flat row-major index as coordinates of the shape: [0, 17, 3]. An index outside of the shape is
// written as it is.
func formatIndex(index int64, shape []int) string {
	at := make([]string, len(shape))
	rest := index
	for i := len(shape) - 1; i >= 0; i-- {
		size := int64(shape[i])
		if size <= 0 || rest < 0 {
			return strconv.FormatInt(index, 10)
		}
		at[i] = strconv.FormatInt(rest%size, 10)
		rest /= size
	}
	if rest != 0 || len(shape) == 0 {
		return strconv.FormatInt(index, 10)
	}
	return "[" + strings.Join(at, ", ") + "]"
}

// formatBytes writes a number of bytes in GiB or MiB.
func formatBytes(n int64) string {
	if n >= 1<<30 {
		return strconv.FormatFloat(float64(n)/(1<<30), 'f', 1, 64) + " GiB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 0, 64) + " MiB"
}

// formatSeconds writes a duration: 0.8 s, 48 s, 3 min 12 s, 2 h 5 min.
func formatSeconds(s float64) string {
	switch {
	case s < 10:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 59.5:
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	case s < 3600:
		n := int(math.Round(s))
		return strconv.Itoa(n/60) + " min " + strconv.Itoa(n%60) + " s"
	}
	n := int(math.Round(s / 60))
	return strconv.Itoa(n/60) + " h " + strconv.Itoa(n%60) + " min"
}
