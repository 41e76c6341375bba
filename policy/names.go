package policy

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/internal/nearest"
)

// oneOf returns an error that names the nearest valid value where value is not among the valid ones.
func oneOf(value string, valid []string) error {
	if slices.Contains(valid, value) {
		return nil
	}
	return fmt.Errorf("unknown value %q, did you mean %q? (valid: %s)", value, nearest.Name(value, valid), strings.Join(valid, ", "))
}
