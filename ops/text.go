package ops

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// WriteText writes the jaxpr in the manner of JAX's own printer, one line per equation, with a comment where the call
// path changes:
//
//	# alphagenome/sequence_encoder/dna_embedder
//	v56:bf16[1,4096,768] = add v13 v55
//
// The inputs come first, the results last.
func (j *Jaxpr) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "lambda ;")
	for _, v := range j.Inputs {
		fmt.Fprintf(out, "  %s\n", v)
	}
	fmt.Fprintln(out, "let")
	path := ""
	for _, e := range j.Equations {
		if e.Node.Path != path {
			path = e.Node.Path
			fmt.Fprintf(out, "  # %s\n", path)
		}
		fmt.Fprintf(out, "  %s\n", e)
	}
	fmt.Fprintln(out, "in")
	for _, r := range j.Outputs {
		fmt.Fprintf(out, "  %s: %s\n", r.Name, r.Variable)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("ops: write jaxpr: %w", err)
	}
	return nil
}

// String returns the equation as JAX prints it: results = primitive[parameters] operands.
func (e Equation) String() string {
	var s strings.Builder
	for _, v := range e.Out {
		s.WriteString(v.String() + " ")
	}
	s.WriteString("= " + string(e.Node.Primitive))
	if params := e.Params(); len(params) > 0 {
		s.WriteByte('[')
		for i, name := range slices.Sorted(maps.Keys(params)) {
			if i > 0 {
				s.WriteByte(' ')
			}
			s.WriteString(name + "=" + parameterText(params[name]))
		}
		s.WriteByte(']')
	}
	for _, a := range e.In {
		s.WriteString(" " + a.String())
	}
	return s.String()
}

// parameterText formats a parameter as JSON does, a text without its quotes.
func parameterText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic("ops: parameter: " + err.Error())
	}
	return string(text)
}

// String returns name:dtype[shape], for example v56:bf16[1,4096,768].
func (v Variable) String() string {
	return v.Name + ":" + v.DType.short() + v.Shape.String()
}

// String returns the name of a variable, or value:dtype of a literal.
func (a Atom) String() string {
	if a.Name != "" {
		return a.Name
	}
	return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(a.Literal, 'g', -1, 64), "+")) + ":" + a.DType.short()
}

// short returns the abbreviation of the type that JAX prints.
func (t DType) short() string {
	switch t {
	case Int32:
		return "i32"
	case BFloat16:
		return "bf16"
	case Float16:
		return "f16"
	case Float32:
		return "f32"
	case Float64:
		return "f64"
	}
	return t.String()
}
