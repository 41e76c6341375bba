package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
)

// Number is a float64 whose JSON form may be a string, because JSON has no NaN and no infinities.
type Number float64

func (n Number) MarshalJSON() ([]byte, error) {
	switch x := float64(n); {
	case x != x:
		return []byte(`"NaN"`), nil
	case x > math.MaxFloat64:
		return []byte(`"+Inf"`), nil
	case x < -math.MaxFloat64:
		return []byte(`"-Inf"`), nil
	default:
		return json.Marshal(x)
	}
}

func (n *Number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`:
		*n = Number(math.NaN())
	case `"+Inf"`:
		*n = Number(math.Inf(1))
	case `"-Inf"`:
		*n = Number(math.Inf(-1))
	default:
		if len(text) == 0 || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
			return fmt.Errorf(`%.40s is not a number, "NaN", "+Inf" or "-Inf"`, text)
		}
		if err := json.Unmarshal(text, (*float64)(n)); err != nil {
			return fmt.Errorf("%.40s is beyond the range of a float64", text)
		}
	}
	return nil
}

// metricsJSON is Metrics as it is written: the same fields in the same order (a test compares them).
type metricsJSON struct {
	Elements         int64              `json:"elements"`
	Compared         int64              `json:"compared"`
	RelativeL2       Number             `json:"relative_l2"`
	RelativeLinf     Number             `json:"relative_linf"`
	MeanAbsolute     Number             `json:"mean_absolute"`
	MaxAbsolute      Number             `json:"max_absolute"`
	MaxAbsoluteIndex int64              `json:"max_absolute_index"`
	Bias             Number             `json:"bias"`
	Within           [3]Number          `json:"within"`
	WithinStrict     [2]Number          `json:"within_strict"`
	BitIdentical     Number             `json:"bit_identical"`
	UlpHistogram     [UlpBinCount]int64 `json:"ulp_histogram"`
	MaxUlp           int64              `json:"max_ulp"`
	Pearson          Number             `json:"pearson"`
	Cosine           Number             `json:"cosine"`
	Reference        sideJSON           `json:"reference"`
	Test             sideJSON           `json:"test"`
}

// sideJSON is Side as it is written.
type sideJSON struct {
	Mean    Number `json:"mean"`
	Max     Number `json:"max_absolute"`
	L2      Number `json:"l2"`
	NaN     int64  `json:"nan"`
	PosInf  int64  `json:"positive_infinity"`
	NegInf  int64  `json:"negative_infinity"`
	FirstAt int64  `json:"first_non_finite"`
}

// MarshalJSON writes NaN and infinities as strings.
func (m Metrics) MarshalJSON() ([]byte, error) {
	return json.Marshal(metricsJSON{
		Elements:         m.Elements,
		Compared:         m.Compared,
		RelativeL2:       Number(m.RelativeL2),
		RelativeLinf:     Number(m.RelativeLinf),
		MeanAbsolute:     Number(m.MeanAbsolute),
		MaxAbsolute:      Number(m.MaxAbsolute),
		MaxAbsoluteIndex: m.MaxAbsoluteIndex,
		Bias:             Number(m.Bias),
		Within:           [3]Number{Number(m.Within[0]), Number(m.Within[1]), Number(m.Within[2])},
		WithinStrict:     [2]Number{Number(m.WithinStrict[0]), Number(m.WithinStrict[1])},
		BitIdentical:     Number(m.BitIdentical),
		UlpHistogram:     m.UlpHistogram,
		MaxUlp:           m.MaxUlp,
		Pearson:          Number(m.Pearson),
		Cosine:           Number(m.Cosine),
		Reference:        m.Reference.json(),
		Test:             m.Test.json(),
	})
}

// UnmarshalJSON reads what MarshalJSON writes. A field that is missing, unknown or malformed is an error that names it.
func (m *Metrics) UnmarshalJSON(text []byte) error {
	var j metricsJSON
	if err := decodeFields(text, &j); err != nil {
		return err
	}
	*m = Metrics{
		Elements:         j.Elements,
		Compared:         j.Compared,
		RelativeL2:       float64(j.RelativeL2),
		RelativeLinf:     float64(j.RelativeLinf),
		MeanAbsolute:     float64(j.MeanAbsolute),
		MaxAbsolute:      float64(j.MaxAbsolute),
		MaxAbsoluteIndex: j.MaxAbsoluteIndex,
		Bias:             float64(j.Bias),
		Within:           [3]float64{float64(j.Within[0]), float64(j.Within[1]), float64(j.Within[2])},
		WithinStrict:     [2]float64{float64(j.WithinStrict[0]), float64(j.WithinStrict[1])},
		BitIdentical:     float64(j.BitIdentical),
		UlpHistogram:     j.UlpHistogram,
		MaxUlp:           j.MaxUlp,
		Pearson:          float64(j.Pearson),
		Cosine:           float64(j.Cosine),
		Reference:        j.Reference.side(),
		Test:             j.Test.side(),
	}
	return nil
}

func (s Side) json() sideJSON {
	return sideJSON{Number(s.Mean), Number(s.Max), Number(s.L2), s.NaN, s.PosInf, s.NegInf, s.FirstAt}
}

func (s sideJSON) side() Side {
	return Side{float64(s.Mean), float64(s.Max), float64(s.L2), s.NaN, s.PosInf, s.NegInf, s.FirstAt}
}

func (s *sideJSON) UnmarshalJSON(text []byte) error {
	return decodeFields(text, s)
}

// decodeFields decodes an object into a struct that has a name for each of its keys and the reverse.
//
// Package json alone accepts missing keys, null, and arrays of any length, and its errors do not name the field here.
func decodeFields(text []byte, to any) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil || values == nil {
		return fmt.Errorf("%.40s is not an object", text)
	}
	fields := reflect.ValueOf(to).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Tag.Get("json")
		value, found := values[name]
		if !found {
			return fmt.Errorf("%s is missing", name)
		}
		if err := decodeField(value, fields.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(values, name)
	}
	if len(values) > 0 {
		return fmt.Errorf("unknown field %.40q", slices.Min(slices.Collect(maps.Keys(values))))
	}
	return nil
}

func decodeField(value json.RawMessage, to reflect.Value) error {
	if string(value) == "null" {
		return fmt.Errorf("null is not a value")
	}
	if to.Kind() == reflect.Array {
		var elements []json.RawMessage
		if err := json.Unmarshal(value, &elements); err != nil {
			return fmt.Errorf("%.40s is not an array", value)
		}
		if len(elements) != to.Len() {
			return fmt.Errorf("%d values, want %d", len(elements), to.Len())
		}
		for i, element := range elements {
			if err := decodeField(element, to.Index(i)); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return nil
	}
	err := json.Unmarshal(value, to.Addr().Interface())
	if err != nil && to.Kind() == reflect.Int64 {
		return fmt.Errorf("%.40s is not a whole number of 64 bits", value)
	}
	return err
}
