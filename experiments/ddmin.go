package experiments

// ddmin is Zeller's delta debugging: it returns a subset of items that passes and from which no single item can be left out.
//
// All items together pass. The set is cut into n parts, first two; if a part passes it is the new set, else if the set
// without a part passes that is, else the parts are halved, until they are single items. first returns the index of the
// first of some candidates that passes, -1 if none does; it is asked for all parts at once, so that it may try them
// together. The answer need not be monotone: whatever it is, the result has passed and everything that is one item
// smaller has failed, except the empty set, which is not tried.
//
// Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002.
func ddmin[T any](items []T, first func(candidates [][]T) (int, error)) ([]T, error) {
	for n := 2; len(items) >= 2; {
		parts := cut(items, n)
		i, err := first(parts)
		if err != nil {
			return nil, err
		}
		if i >= 0 {
			items, n = parts[i], 2
			continue
		}
		if n > 2 { // without one of two parts is the other part
			rests := make([][]T, len(parts))
			for i := range parts {
				rests[i] = without(parts, i)
			}
			if i, err = first(rests); err != nil {
				return nil, err
			}
			if i >= 0 {
				items, n = rests[i], n-1
				continue
			}
		}
		if n >= len(items) {
			break
		}
		n = min(2*n, len(items))
	}
	return items, nil
}

// cut divides items into n parts of nearly equal size, in their order.
func cut[T any](items []T, n int) [][]T {
	parts := make([][]T, n)
	for i := range parts {
		parts[i] = items[i*len(items)/n : (i+1)*len(items)/n]
	}
	return parts
}

// without joins all parts but one.
func without[T any](parts [][]T, leave int) []T {
	var out []T
	for i, p := range parts {
		if i != leave {
			out = append(out, p...)
		}
	}
	return out
}
