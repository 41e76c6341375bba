package reports

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
)

// table is data by column, all of the same length.
type table []column

// column has either texts or numbers.
type column struct {
	name    string
	texts   []string
	numbers []float64
}

// at writes one value: numbers with as many digits as reading back the same bits takes, or NaN, Inf, -Inf.
func (c column) at(row int) string {
	if c.texts != nil {
		return c.texts[row]
	}
	switch v := c.numbers[row]; {
	case math.IsInf(v, 1):
		return "Inf"
	default:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
}

func (t table) rows() int {
	if len(t) == 0 {
		return 0
	}
	return max(len(t[0].texts), len(t[0].numbers))
}

// csv writes the table with its names as the first line.
func (t table) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := make([]string, len(t))
	for i := range t {
		line[i] = t[i].name
	}
	w.Write(line)
	for row := range t.rows() {
		for i := range t {
			line[i] = t[i].at(row)
		}
		w.Write(line)
	}
	w.Flush() // neither fails on a buffer
	return b.Bytes()
}

// texts makes a column of n texts.
func texts(name string, n int, at func(int) string) column {
	c := column{name: name, texts: make([]string, n)}
	for i := range n {
		c.texts[i] = at(i)
	}
	return c
}

// numbers makes a column of n numbers.
func numbers[T ~float64 | ~int | ~int64 | ~uint64](name string, n int, at func(int) T) column {
	c := column{name: name, numbers: make([]float64, n)}
	for i := range n {
		c.numbers[i] = float64(at(i))
	}
	return c
}
