package cpu

// The limits from which graphs are carried out in one way or another. What is computed does not depend on them; they are
// variables so that tests can take every way with small graphs.
var (
	// smallSize is the size up to which an equation is not worth a unit of rows.
	smallSize = 1 << 14
	// aheadSize is the size up to which an equation that does not depend on the open unit is carried out ahead of it rather
	// than ending it.
	aheadSize = 1 << 20
	// tileElements is about how many elements of its largest value a tile has; the values of a tile stay in cache.
	tileElements = 1 << 13
	// tableElements is the number of elements from which a chain of equations is worth a table of all bfloat16 codes.
	tableElements = 2 * codes
	// observeElements is the number of elements of a chunk that a probe is given of a value computed as a whole.
	observeElements = 1 << 15
	// pastBytes is the size from which results are written past the caches: more than a processor's core has in cache.
	pastBytes = 1 << 25
	// columnElements is about how many elements the largest value of a block of columns has: one or two in bfloat16 stay in a
	// second-level cache.
	columnElements = 1 << 19
	// columnPastBytes is pastBytes for what a column unit makes, which is written in short rows that lie far apart, and read when all of
	// it has been made: more than stays in a second-level cache beside what it is made of.
	columnPastBytes = 1 << 20
	// hugeElements is the size from which a value is not held for all plans at once if that can be avoided, and the number
	// of elements from which freeing them early is worth changing the order of the units.
	hugeElements = 1 << 26
	// largeBytes is the size from which tensors are taken from the system directly and given back by hand: activations of
	// a long sequence are too large to wait for the garbage collector.
	largeBytes = 1 << 20
)
