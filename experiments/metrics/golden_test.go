package metrics

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// golden is the content of testdata/golden.json.
type golden struct {
	Cases []struct {
		Name      string  `json:"name"`
		Reference string  `json:"reference"` // float32, little endian, base64
		Test      string  `json:"test"`
		Metrics   Metrics `json:"metrics"`
		Outliers  float64 `json:"outliers"`
		T         Number  `json:"t"`
		P         Number  `json:"p"`
	} `json:"cases"`
}

// TestGolden compares every figure with numpy, scipy and ml_dtypes.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var file golden
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 15 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			reference, test := decodeFloats(t, c.Reference), decodeFloats(t, c.Test)
			got := compare(reference, test)
			// numpy subtracts means that are rounded, and sums pairwise in another order.
			near := cmp.Options{cmpopts.EquateApprox(1e-11, 1e-17), cmpopts.EquateNaNs()}
			if diff := cmp.Diff(c.Metrics, got, near); diff != "" {
				t.Errorf("metrics (-numpy +got):\n%s", diff)
			}
			if got := OutlierFraction(reference, test, OutlierFactor); got != c.Outliers {
				t.Errorf("outlier fraction %g, numpy %g", got, c.Outliers)
			}
			if math.IsNaN(float64(c.T)) {
				return // scipy gives no answer for identical arrays and single pairs; ours is tested by hand
			}
			bias := PairedT(reference, test)
			if relative(bias.T, float64(c.T)) > 1e-9 || math.Abs(bias.P-float64(c.P)) > 1e-10+1e-6*float64(c.P) {
				t.Errorf("t-test: t %v, p %v; scipy %v, %v", bias.T, bias.P, c.T, c.P)
			}
		})
	}
}

func decodeFloats(t *testing.T, text string) []float32 {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}
