package cpu

// task is the part of a group of products with the same right operand that one goroutine computes: rows i0 <= i < i1 and
// columns j0 <= j < j1 of each.
type task struct {
	first, end     int // of the products
	i0, i1, j0, j1 int
}

// How products are cut. Packing costs a task time in proportion to its height and width, so tasks should be large.
const (
	smallestTask = 1 << 21 // multiply-adds below which a product is not cut: some tens of microseconds
	longTask     = 1024    // most rows and columns of a task
	shortTask    = 512     // sides up to this are only cut to give every worker a task
	laneResults  = 1 << 19 // most results that the lanes of a task keep
)

// cut appends the tasks of products first, ..., end-1, which are like p, for so many workers.
func (p *product[T]) cut(tasks []task, first, end, workers int, k *kernels[T]) []task {
	if p.m == 0 || p.n == 0 {
		return tasks
	}
	height, width := min(p.m, longTask), min(p.n, longTask)
	count := func() int { return ceilDiv(p.m, height) * ceilDiv(p.n, width) }
	halve := func() bool {
		if height >= width && height >= 2*k.rows {
			height = ceilDiv(height, 2)
			return true
		}
		if width >= 2*k.columns {
			width = roundUp(ceilDiv(width, 2), k.columns)
			return true
		}
		return false
	}
	for p.lanes()*height*width > laneResults && halve() {
	}
	if workers > 1 {
		most := p.m * p.n * max(p.k, 1) / smallestTask
		for count() < min(workers, most) && halve() {
		}
		for count() < min(4*workers, most) && max(height, width) > shortTask && halve() {
		}
	}
	for i := 0; i < p.m; i += height {
		for j := 0; j < p.n; j += width {
			tasks = append(tasks, task{first, end, i, min(i+height, p.m), j, min(j+width, p.n)})
		}
	}
	return tasks
}

// multiply computes products with at most workers goroutines.
func multiply[T float](workers int, products []product[T]) {
	if len(products) == 0 {
		return
	}
	workers = max(workers, 1)
	for z := range products {
		products[z].flip(products[z].kernels())
	}
	ends := groupEnds(products)
	share := workers
	if len(ends) >= 4*workers {
		share = 1 // enough whole products to keep everyone busy
	}
	tasks := make([]task, 0, len(products))
	first := 0
	for _, end := range ends {
		tasks = products[first].cut(tasks, first, end, share, products[first].kernels())
		first = end
	}
	chunk := max(1, len(tasks)/(8*workers))
	parallel(workers, ceilDiv(len(tasks), chunk), func(worker, i int) {
		runTasks(worker, products, tasks[i*chunk:min((i+1)*chunk, len(tasks))])
	})
}

func roundUp(n, unit int) int { return ceilDiv(n, unit) * unit }
func ceilDiv(n, d int) int    { return (n + d - 1) / d }
