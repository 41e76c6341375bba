package encode

import (
	"os"
	"path/filepath"
	"testing"
)

// The bytes are those of GNU as 2.40, but for the displacement of zero, which it leaves out.
func TestFile(t *testing.T) {
	for in, want := range map[string]string{
		"\tVDPBF16PS.BCST (DX), Z2, Z0":          "\tBYTE $0x62; BYTE $0xf2; BYTE $0x6e; BYTE $0x58; BYTE $0x52; BYTE $0x42; BYTE $0x00 // VDPBF16PS.BCST (DX), Z2, Z0",
		"\tVDPBF16PS.BCST  8(R13), Z17, Z30":     "\tBYTE $0x62; BYTE $0x42; BYTE $0x76; BYTE $0x50; BYTE $0x52; BYTE $0x75; BYTE $0x02 // VDPBF16PS.BCST 8(R13), Z17, Z30",
		"\tVDPBF16PS.BCST 1024(AX), Z9, Z31":     "\tBYTE $0x62; BYTE $0x62; BYTE $0x36; BYTE $0x58; BYTE $0x52; BYTE $0xb8; BYTE $0x00; BYTE $0x04; BYTE $0x00; BYTE $0x00 // VDPBF16PS.BCST 1024(AX), Z9, Z31",
		"\tVCVTNEPS2BF16 Z29, Y10":               "\tBYTE $0x62; BYTE $0x12; BYTE $0x7e; BYTE $0x48; BYTE $0x72; BYTE $0xd5 // VCVTNEPS2BF16 Z29, Y10",
		"\tVCVTNE2PS2BF16 Z29, Z18, Z10":         "\tBYTE $0x62; BYTE $0x12; BYTE $0x6f; BYTE $0x40; BYTE $0x72; BYTE $0xd5 // VCVTNE2PS2BF16 Z29, Z18, Z10",
		"\tVCVTNE2PS2BF16 Z3, Z7, Z30":           "\tBYTE $0x62; BYTE $0x62; BYTE $0x47; BYTE $0x48; BYTE $0x72; BYTE $0xf3 // VCVTNE2PS2BF16 Z3, Z7, Z30",
		"\tVFMADD231PS.BCST (DX), Z2, Z0\n\tRET": "\tVFMADD231PS.BCST (DX), Z2, Z0\n\tRET",
	} {
		path := filepath.Join(t.TempDir(), "code.s")
		if err := os.WriteFile(path, []byte(in), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := File(path); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestFileRefuses(t *testing.T) {
	for _, in := range []string{"\tVDPBF16PS.BCST (R12), Z2, Z0", "\tVDPBF16PS Z1, Z2, Z0", "\tVDPBF16PS.BCST (AX)(CX*4), Z2, Z0"} {
		path := filepath.Join(t.TempDir(), "code.s")
		if err := os.WriteFile(path, []byte(in), 0o644); err != nil {
			t.Fatal(err)
		}
		if File(path) == nil {
			t.Errorf("%q was not refused", in)
		}
	}
}
