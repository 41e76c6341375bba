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
	sumFour:          elementwiseAVX512SumFour,
	sumFourBFloat16:  elementwiseAVX512SumFourBFloat16,
	copyRows:         elementwiseAVX512CopyRows,
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
	sumFour:          elementwiseAVX2SumFour,
	sumFourBFloat16:  elementwiseAVX2SumFourBFloat16,
	copyRows:         elementwiseAVX2CopyRows,
}
