//go:build !unix

package cpu

func systemAlloc(bytes int) []byte { return make([]byte, bytes) }

func systemFree([]byte) {}

func systemUnmap([]byte) {}
