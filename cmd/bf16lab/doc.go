// Bf16lab replays a model under several precision policies and shows layer by layer how far each is from the reference.
//
//	bf16lab run experiments/configs/quickstart.yaml
//	bf16lab --help
//
// The commands are structs with a Run method and do little themselves: experiments run in package experiments, reports are
// made in package reports.
//
// Exit status: 0 if all went well, 1 if verify found too little agreement, 2 with one line on stderr for anything that the
// user can mend, 3 for a bug in the program, 130 after Ctrl-C.
package main
