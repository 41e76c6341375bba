package xlacpu

import "bf16lab/bf16"

// Convolution returns the order of a convolution with kernels of the given width over so many channels, which Eigen
// carries out. The sum over (tap, channel) is one chain up to 320 terms; beyond, it is cut into the fewest blocks of at
// most 320, whose length is made equal and rounded up to a multiple of eight.
//
// Results so small that Eigen gives two threads half of the sum each (32 positions x 64 channels from 192, for example)
// follow another rule; the model has none.
func (CPU) Convolution(width, channels int) bf16.DotOrder {
	const longest, unit = 320, 8
	k := width * channels
	if k <= longest {
		return bf16.DotOrder{}
	}
	block := ceilDiv(k, ceilDiv(k, longest))
	return bf16.DotOrder{Block: ceilDiv(block, unit) * unit}
}
