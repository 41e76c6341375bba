package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
)

// maxFile is the largest results.json that is read, in bytes. A replay of 1,000 taps under 20 policies has 25 MB.
const maxFile = 512 << 20

// Read reads a JSON file that Write has written.
func Read(path string) (*Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	defer f.Close()
	r, err := Decode(f)
	if err != nil {
		return nil, fmt.Errorf("results: read %s: %w", path, err)
	}
	return r, nil
}

// Decode reads what Encode has written. Its errors are one line and name the field, or the byte for what is no JSON.
func Decode(from io.Reader) (*Run, error) {
	text, err := readAll(from, maxFile)
	if err != nil {
		return nil, err
	}
	var r Run
	if err := decode(text, reflect.ValueOf(&r).Elem()); err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	return &r, nil
}

// readAll reads a file that has at least one and at most limit bytes.
func readAll(from io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(text)) > limit:
		return nil, fmt.Errorf("the file is larger than %d bytes", limit)
	case len(text) == 0:
		return nil, errors.New("the file is empty")
	}
	return text, nil
}

// decode decodes a value into a struct, a slice or anything that package json decodes by itself.
//
// Unlike package json it takes names as they are written, and refuses unknown fields, missing ones and null for anything but
// a slice. An error starts with the rest of the path of the field.
func decode(text json.RawMessage, to reflect.Value) error {
	_, itself := to.Addr().Interface().(json.Unmarshaler)
	switch {
	case string(text) == "null" && to.Kind() == reflect.Slice:
		to.SetZero()
		return nil
	case string(text) == "null":
		return at("", errors.New("null is not a value"))
	case !itself && to.Kind() == reflect.Struct:
		var values map[string]json.RawMessage
		if err := json.Unmarshal(text, &values); err != nil {
			return at("", plain(err))
		}
		if err := decodeFields(values, to); err != nil {
			return err
		}
		if len(values) > 0 {
			return at("", fmt.Errorf("unknown field %.80q", slices.Min(slices.Collect(maps.Keys(values)))))
		}
		return nil
	case !itself && to.Kind() == reflect.Slice:
		var values []json.RawMessage
		if err := json.Unmarshal(text, &values); err != nil {
			return at("", plain(err))
		}
		to.Set(reflect.MakeSlice(to.Type(), len(values), len(values)))
		for i, value := range values {
			if err := decode(value, to.Index(i)); err != nil {
				return at(fmt.Sprintf("[%d]", i), err)
			}
		}
		return nil
	}
	if err := json.Unmarshal(text, to.Addr().Interface()); err != nil {
		return at("", plain(err))
	}
	return nil
}

// decodeFields decodes the fields of a struct, those of embedded ones included, and takes them out of values.
func decodeFields(values map[string]json.RawMessage, to reflect.Value) error {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		if field.Anonymous {
			if err := decodeFields(values, to.Field(i)); err != nil {
				return err
			}
			continue
		}
		name, optional := fieldName(field)
		value, found := values[name]
		if !found && !optional {
			return at("", fmt.Errorf("field %q is missing", name))
		}
		if !found {
			continue
		}
		if err := decode(value, to.Field(i)); err != nil {
			return at("."+name, err)
		}
		delete(values, name)
	}
	return nil
}

// fieldError is an error at a field.
type fieldError struct {
	path string // from the value that was decoded, with a dot before each name
	err  error
}

func (e *fieldError) Error() string {
	if e.path == "" {
		return e.err.Error()
	}
	path := e.path
	if path[0] == '.' {
		path = path[1:]
	}
	return path + ": " + e.err.Error()
}

func (e *fieldError) Unwrap() error { return e.err }

// at puts a step before the path of an error.
func at(step string, err error) error {
	var inner *fieldError
	if errors.As(err, &inner) {
		return &fieldError{step + inner.path, inner.err}
	}
	return &fieldError{step, err}
}

// plain says what package json says, without its types of Go.
func plain(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("no valid JSON at byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		return fmt.Errorf("%.80s where %s is wanted", kind.Value, words[kind.Type.Kind()])
	}
	return fmt.Errorf("%.200s", err) // a time that cannot be parsed is quoted in full
}

// words names the kinds of value in a Run.
var words = map[reflect.Kind]string{
	reflect.Bool:    "true or false",
	reflect.Int:     "a whole number",
	reflect.Int64:   "a whole number",
	reflect.Float64: "a number",
	reflect.String:  "a string",
	reflect.Slice:   "an array",
	reflect.Map:     "an object",
	reflect.Struct:  "an object",
}
