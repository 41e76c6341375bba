package nearest

import "testing"

func TestGlob(t *testing.T) {
	names := []string{
		"model/encoder/conv_block/norm", "model/encoder/conv_block:gelu", "model/encoder/conv_block", "model/tower/block_1/attention/linear",
		"out/embeddings_pair",
	}
	for _, c := range []struct{ text, want string }{
		{"model/encoder/conv_blok", "model/encoder/conv_block"},
		{"out/embedings_pair", "out/embeddings_pair"},
		{"model/encodr/**", "model/encoder/**"},
		{"**/atention/**", "**/attention/**"},
		{"**/conv_blokc:gelu", "**/conv_block:gelu"},
		{"**/encoder/conv_blokc/**", "**/encoder/conv_block/**"},
		{"**/linaer", "**/linear"},
		{"encoder/*/nrm", "model/encoder/conv_block"}, // neither end is open, so that only names of three parts are near
		{"model/tower/block_1/attention/linear/deeper/still", "model/tower/block_1/attention/linear"},
	} {
		got := Glob(c.text, names)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
	if got := Glob("**/x/**", nil); got != "" {
		t.Errorf("without names: %q", got)
	}
}
