package results

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// Write writes r as a JSON file. The file has its final name only when it is complete, and replaces one of that name.
func Write(path string, r *Run) error {
	if err := writeFile(path, func(w io.Writer) error { return Encode(w, r) }); err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// Encode writes r as JSON: a line for each field and for each entry of a list of structures. It writes nothing if
// Run.Check finds a fault.
func Encode(w io.Writer, r *Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	return encodeLines(w, r)
}

// encodeLines writes a struct, given by a pointer, with a line for each field.
func encodeLines(w io.Writer, of any) error {
	b := bufio.NewWriter(w)
	before := "{\n"
	fields := reflect.ValueOf(of).Elem()
	for i := range fields.NumField() {
		name, optional := fieldName(fields.Type().Field(i))
		value := fields.Field(i)
		if optional && value.IsZero() {
			continue
		}
		fmt.Fprintf(b, "%s  %q: ", before, name)
		if err := encodeField(b, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		before = ",\n"
	}
	b.WriteString("\n}\n")
	return b.Flush()
}

// encodeField writes a value on one line, or a list of structures with a line for each.
func encodeField(b *bufio.Writer, value reflect.Value) error {
	lines := value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Struct && value.Len() > 0
	if !lines {
		text, err := json.Marshal(value.Interface())
		if err != nil {
			return err
		}
		_, err = b.Write(text)
		return err
	}
	before := "[\n"
	for i := range value.Len() {
		text, err := json.Marshal(value.Index(i).Interface())
		if err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
		fmt.Fprintf(b, "%s    %s", before, text)
		before = ",\n"
	}
	_, err := b.WriteString("\n  ]")
	return err
}

// fieldName returns the JSON name of a field and whether it may be missing.
func fieldName(f reflect.StructField) (name string, optional bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, options == "omitempty"
}

// writeFile writes a file under a temporary name in the same folder, and renames it when everything is on the disk.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
