package metrics

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestJSONFields checks that the written form has the fields of Metrics and Side, in their order.
func TestJSONFields(t *testing.T) {
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[Metrics](), reflect.TypeFor[metricsJSON]()},
		{reflect.TypeFor[Side](), reflect.TypeFor[sideJSON]()},
	} {
		if pair[0].NumField() != pair[1].NumField() {
			t.Fatalf("%v has %d fields, %v has %d", pair[0], pair[0].NumField(), pair[1], pair[1].NumField())
		}
		for i := range pair[0].NumField() {
			a, b := pair[0].Field(i), pair[1].Field(i)
			if a.Name != b.Name || a.Tag != b.Tag {
				t.Errorf("field %d of %v is %s %s, of %v %s %s", i, pair[0], a.Name, a.Tag, pair[1], b.Name, b.Tag)
			}
		}
	}
}

// TestJSONRoundTrip writes and reads metrics whose every field is drawn, non-finite values among them.
func TestJSONRoundTrip(t *testing.T) {
	odd := []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, math.MaxFloat64, 0.1}
	rapid.Check(t, func(t *rapid.T) {
		var want, got Metrics
		var fill func(v reflect.Value)
		fill = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					fill(v.Field(i))
				}
			case reflect.Array:
				for i := range v.Len() {
					fill(v.Index(i))
				}
			case reflect.Int64:
				v.SetInt(rapid.Int64().Draw(t, "integer"))
			case reflect.Float64:
				v.SetFloat(rapid.OneOf(rapid.Float64(), rapid.SampledFrom(odd)).Draw(t, "number"))
			default:
				t.Fatalf("no test for %v", v.Type())
			}
		}
		fill(reflect.ValueOf(&want).Elem())
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	})
}

// TestJSONErrors checks that malformed metrics are errors which name the field.
func TestJSONErrors(t *testing.T) {
	text, err := json.Marshal(compare([]float32{1}, []float32{2}))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"bias":1`, `"bias":"one"`, `bias: "one" is not a number, "NaN", "+Inf" or "-Inf"`},
		{`"bias":1`, `"bias":"nan"`, `bias: "nan" is not a number`},
		{`"bias":1`, `"bias":null`, `bias: null is not a value`},
		{`"bias":1`, `"bias":1e999`, `bias: 1e999 is beyond the range of a float64`},
		{`"bias":1`, `"bios":1`, `bias is missing`},
		{`"bias":1`, `"bias":1,"extra":2`, `unknown field "extra"`},
		{`"compared":1`, `"compared":1.5`, `compared: 1.5 is not a whole number of 64 bits`},
		{`"within":[0,0,0]`, `"within":[0,0]`, `within: 2 values, want 3`},
		{`"within":[0,0,0]`, `"within":[0,0,0,0]`, `within: 4 values, want 3`},
		{`"within":[0,0,0]`, `"within":[0,{},0]`, `within: [1]: {} is not a number`},
		{`"within":[0,0,0]`, `"within":7`, `within: 7 is not an array`},
		{`"reference":{"mean":1,`, `"reference":{"mean":true,`, `reference: mean: true is not a number`},
		{`"test":{`, `"test":7,"t":{`, `test: 7 is not an object`},
		{string(text), `null`, `null is not an object`},
		{string(text), `[]`, `[] is not an object`},
	} {
		changed := strings.Replace(string(text), c.from, c.to, 1)
		if changed == string(text) {
			t.Fatalf("%s is not in %s", c.from, text)
		}
		var m Metrics
		if err := json.Unmarshal([]byte(changed), &m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.to, err, c.want)
		}
	}
}
