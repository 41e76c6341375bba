package metrics

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"unsafe"
)

// Digest is a fingerprint of the bits of a tap. Two runs that gave the same bits have equal digests; different bits, or the
// same bits at other places, have equal digests with a probability of about 2^-64.
//
// It is the sum modulo 2^64 of mix(index, bits) over all elements, so that chunks may be cut and merged in any way and in
// any order. All NaN count as one, because their payload depends on the processor; +0 and -0 differ. It is no
// cryptographic hash: it finds accidents, not forgeries. Its zero value is the digest of no elements.
type Digest struct {
	sum   uint64
	count int64
}

// DigestOf returns the digest of the chunk of a tap that starts at flat index offset. The bits are those of the element
// type: a float32 and its float64 widening have different digests.
func DigestOf[T Value](values []T, offset int64) Digest {
	d := Digest{count: int64(len(values))}
	at := uint64(offset) * stride
	switch values := any(values).(type) {
	case []float32:
		var done int
		d.sum, done = digestVector(bits32(values), at)
		for i, bits := range bits32(values)[done:] {
			if bits&(1<<31-1) > 0x7f800000 {
				bits = 0x7fc00000
			}
			d.sum += mix(at + uint64(done+i)*stride + uint64(bits))
		}
	case []float64:
		for i, x := range values {
			bits := math.Float64bits(x)
			if x != x {
				bits = 0x7ff8000000000000
			}
			d.sum += mix(at + uint64(i)*stride + bits)
		}
	case []int32:
		d.sum = sumIntegers(values, at)
	case []uint32:
		d.sum = sumIntegers(values, at)
	case []uint8:
		d.sum = sumBytes(values, at)
	case []bool:
		d.sum = sumBytes(bytesOf(values), at)
	}
	return d
}

// sumBytes is sumIntegers for bytes.
func sumBytes(values []uint8, at uint64) uint64 {
	sum, n := digestBytesVector(values, at)
	return sum + sumIntegers(values[n:], at+uint64(n)*stride)
}

func sumIntegers[T int32 | uint32 | uint8](values []T, at uint64) (sum uint64) {
	for i, x := range values {
		sum += mix(at + uint64(i)*stride + uint64(uint32(x)))
	}
	return sum
}

// bytesOf views truth values as what they are stored as, 0 and 1.
func bytesOf(values []bool) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(values))), len(values))
}

// stride is 2^64 divided by the golden ratio: its multiples keep farther apart than elements of 32 bits can bridge.
const stride = 0x9e3779b97f4a7c15

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014), a bijection in which every bit depends on every bit.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Merge adds the elements of another chunk of the same tap.
func (d *Digest) Merge(other Digest) {
	d.sum += other.sum
	d.count += other.count
}

// String returns the digest as 16 hexadecimal digits, in which the number of elements has been mixed.
func (d Digest) String() string {
	return fmt.Sprintf("%016x", mix(d.sum^mix(uint64(d.count))))
}

// Fingerprint returns one digest, of 32 hexadecimal digits, for all taps of a run; it depends on their names, not on the
// order in which they were gathered.
func Fingerprint(taps map[string]Digest) string {
	hash := sha256.New()
	var buffer []byte
	for _, name := range slices.Sorted(maps.Keys(taps)) {
		d := taps[name]
		buffer = binary.LittleEndian.AppendUint64(buffer[:0], uint64(len(name)))
		buffer = append(buffer, name...)
		buffer = binary.LittleEndian.AppendUint64(buffer, d.sum)
		buffer = binary.LittleEndian.AppendUint64(buffer, uint64(d.count))
		hash.Write(buffer)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:16])
}
