// Package configs holds experiments that are ready to run, as YAML files:
//
//	go run ./cmd/bf16lab run experiments/configs/quickstart.yaml
package configs

import _ "embed" // the quickstart

// Quickstart is the experiment that the README begins with.
//
//go:embed quickstart.yaml
var Quickstart []byte
