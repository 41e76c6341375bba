package cpu

import (
	"sync"
	"sync/atomic"
)

// parallel calls f(worker, i) for i = 0 .. n-1 on up to workers goroutines and returns when all calls have returned. A
// worker handles one i at a time; which worker gets which i is not defined. A panic in f is raised again in the caller.
func parallel(workers, n int, f func(worker, i int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for i := range n {
			f(0, i)
		}
		return
	}
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		failed atomic.Pointer[any]
	)
	for worker := range workers {
		group.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failed.CompareAndSwap(nil, &r)
				}
			}()
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(worker, i)
			}
		})
	}
	group.Wait()
	if r := failed.Load(); r != nil {
		panic(*r)
	}
}
