//go:build !noasm

package cpu

var elementwiseAVX512 = elementwiseKernels{
	add:              elementwiseAVX512Add,
	sub:              elementwiseAVX512Sub,
	mul:              elementwiseAVX512Mul,
	div:              elementwiseAVX512Div,
	max:              elementwiseAVX512Max,
	min:              elementwiseAVX512Min,
	copy:             elementwiseAVX512Copy,
	round:            elementwiseAVX512Round,
	square:           elementwiseAVX512Square,
	neg:              elementwiseAVX512Neg,
	abs:              elementwiseAVX512Abs,
	sqrt:             elementwiseAVX512Sqrt,
	exp:              elementwiseAVX512Exp,
	tanh:             elementwiseAVX512Tanh,
	logistic:         elementwiseAVX512Logistic,
	logisticBFloat16: elementwiseAVX512LogisticBFloat16,
	log1p:            elementwiseAVX512Log1p,
	sums:             sumKernels[float32]{elementwiseAVX512SumFour, elementwiseAVX512SumGroups},
	sumsBFloat16:     sumKernels[uint16]{elementwiseAVX512SumFourBFloat16, elementwiseAVX512SumGroupsBFloat16},
	copyRows:         elementwiseAVX512CopyRows,
	copyRowsPast:     elementwiseAVX512CopyRowsPast,
	gelu:             elementwiseAVX512GELU,
	rotary:           elementwiseAVX512Rotary,
	lookup:           elementwiseAVX512Lookup,
	gatherLookup:     elementwiseAVX512GatherLookup,
	normGatherLookup: elementwiseAVX512NormGatherLookup,
	normSingleLookup: elementwiseAVX512NormSingleLookup,
	scaleOffset:      elementwiseAVX512ScaleOffset,
	scaleOffsetCodes: elementwiseAVX512ScaleOffsetCodes,
	everySecond:      elementwiseAVX512EverySecond,
	interleave:       elementwiseAVX512Interleave,
	transpose:        elementwiseAVX512Transpose,
	eq:               elementwiseAVX512Eq,
	ne:               elementwiseAVX512Ne,
	lt:               elementwiseAVX512Lt,
	gt:               elementwiseAVX512Gt,
	ge:               elementwiseAVX512Ge,
	choose:           elementwiseAVX512Select,
	side:             16,
}

var elementwiseAVX2 = elementwiseKernels{
	add:              elementwiseAVX2Add,
	sub:              elementwiseAVX2Sub,
	mul:              elementwiseAVX2Mul,
	div:              elementwiseAVX2Div,
	max:              elementwiseAVX2Max,
	min:              elementwiseAVX2Min,
	copy:             elementwiseAVX2Copy,
	round:            elementwiseAVX2Round,
	square:           elementwiseAVX2Square,
	neg:              elementwiseAVX2Neg,
	abs:              elementwiseAVX2Abs,
	sqrt:             elementwiseAVX2Sqrt,
	exp:              elementwiseAVX2Exp,
	tanh:             elementwiseAVX2Tanh,
	logistic:         elementwiseAVX2Logistic,
	logisticBFloat16: elementwiseAVX2LogisticBFloat16,
	log1p:            elementwiseAVX2Log1p,
	sums:             sumKernels[float32]{elementwiseAVX2SumFour, elementwiseAVX2SumGroups},
	sumsBFloat16:     sumKernels[uint16]{elementwiseAVX2SumFourBFloat16, elementwiseAVX2SumGroupsBFloat16},
	copyRows:         elementwiseAVX2CopyRows,
	copyRowsPast:     elementwiseAVX2CopyRowsPast,
	gelu:             elementwiseAVX2GELU,
	rotary:           elementwiseAVX2Rotary,
	lookup:           elementwiseAVX2Lookup,
	normSingleLookup: elementwiseAVX2NormSingleLookup,
	scaleOffset:      elementwiseAVX2ScaleOffset,
	scaleOffsetCodes: elementwiseAVX2ScaleOffsetCodes,
	everySecond:      elementwiseAVX2EverySecond,
	interleave:       elementwiseAVX2Interleave,
	transpose:        elementwiseAVX2Transpose,
	eq:               elementwiseAVX2Eq,
	ne:               elementwiseAVX2Ne,
	lt:               elementwiseAVX2Lt,
	gt:               elementwiseAVX2Gt,
	ge:               elementwiseAVX2Ge,
	choose:           elementwiseAVX2Select,
	side:             8,
}

// nativeElementwise returns kernels that set modeNative where they may: where results are flushed, and those of functions that
// are never subnormal.
func nativeElementwise(k elementwiseKernels) elementwiseKernels {
	for _, f := range []*binaryKernel{&k.add, &k.sub, &k.mul, &k.div} {
		kernel := *f
		*f = func(mode, n int, dst, x, y *byte, xStep, yStep int) {
			kernel(nativeMode(mode, modeFlush|modeNarrow), n, dst, x, y, xStep, yStep)
		}
	}
	for f, bits := range map[*unaryKernel]int{
		&k.copy: modeFlush | modeNarrow, &k.square: modeFlush | modeNarrow,
		&k.exp: modeNarrow, &k.logistic: modeNarrow, &k.logisticBFloat16: modeNarrow,
	} {
		kernel := *f
		*f = func(mode, n int, dst, x *byte) { kernel(nativeMode(mode, bits), n, dst, x) }
	}
	codes := k.scaleOffsetCodes
	k.scaleOffsetCodes = func(mode, rows, n int, dst, x *uint16, scale, offset *float32) {
		codes(nativeMode(mode, modeFlush), rows, n, dst, x, scale, offset)
	}
	for _, f := range []*normLookupKernel{&k.normGatherLookup, &k.normSingleLookup} {
		kernel := *f
		*f = func(mode, rows, n int, dst, x *uint16, scale, offset *float32, table *uint32, ahead, ring *byte) {
			kernel(nativeMode(mode, modeFlush), rows, n, dst, x, scale, offset, table, ahead, ring)
		}
	}
	return k
}

// nativeMode adds modeNative to a mode that has all the given bits.
func nativeMode(mode, bits int) int {
	if mode&bits == bits {
		mode |= modeNative
	}
	return mode
}
