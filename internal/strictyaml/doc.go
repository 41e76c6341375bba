// Package strictyaml reads YAML into structs with errors that a person can act on: file, line, path of keys, what is wanted
// there, and for an unknown key the nearest valid one.
//
// A file is read as a tree ([Parse]), changed by overrides from the command line ([Set]), and then decoded ([Decode]). Nodes
// remember where they come from; [Position] tells it.
package strictyaml
