package weights

import "testing"

func TestVarEMAExponentsCoverTheStates(t *testing.T) {
	states := 0
	for _, tensor := range Manifest() {
		exponent, ok := VarEMAExponent(tensor.Module)
		switch {
		case tensor.Kind == State && !ok:
			t.Errorf("%s has no exponent", tensor.Module)
		case tensor.Kind == State:
			states++
			if exponent < -30 || exponent > 30 {
				t.Errorf("%s has exponent %d", tensor.Module, exponent)
			}
		}
	}
	if all := VarEMAExponents(); len(all) != states || states != StateCount {
		t.Errorf("%d exponents for %d states", len(all), states)
	}
	if exponent, _ := VarEMAExponent("alphagenome/output_embedder_1/rms_batch_norm"); exponent != 7 {
		t.Errorf("output_embedder_1: got %d, want 7", exponent)
	}
	if _, ok := VarEMAExponent("alphagenome/embed"); ok {
		t.Error("alphagenome/embed has an exponent")
	}
}
