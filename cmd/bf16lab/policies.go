package main

import (
	"fmt"
	"go/doc/comment"
	"strings"

	"bf16lab/experiments"
	"bf16lab/policy"
)

// policiesCommand lists policies or shows one.
type policiesCommand struct {
	List policiesListCommand `cmd:"" default:"1" help:"List the built-in policies (the default)."`
	Show policiesShowCommand `cmd:"" help:"Show a policy as YAML, with everything that it extends filled in."`
}

// Help is shown by bf16lab policies --help.
func (policiesCommand) Help() string {
	return `Examples:

	bf16lab policies
	bf16lab policies show seed-hooks`
}

// policiesListCommand lists the built-in policies.
type policiesListCommand struct{}

// Run writes the name and description of each policy.
func (c *policiesListCommand) Run(con *console) error {
	const indent = 16
	for _, name := range policy.Presets() {
		p, err := policy.Preset(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%-*s%s\n", indent, p.Name, wrapped(p.Description, indent, tableWidth))
	}
	return nil
}

// wrapped breaks a text into lines of at most width, where all but the first are indented.
func wrapped(text string, indent, width int) string {
	var parser comment.Parser
	printer := comment.Printer{TextPrefix: strings.Repeat(" ", indent), TextWidth: width - indent}
	return strings.TrimSpace(string(printer.Text(parser.Parse(text))))
}

// policiesShowCommand shows one policy.
type policiesShowCommand struct {
	Name string `arg:"" help:"Name of a built-in policy, a policy file, or a jmp string such as params=float32,compute=bfloat16."`
}

// Help is shown by bf16lab policies show --help.
func (policiesShowCommand) Help() string {
	return `What is printed can be saved, changed and named in an experiment file.

Examples:

	bf16lab policies show jax-cpu-eager
	bf16lab policies show my-policy.yaml
	bf16lab policies show params=float32,compute=bfloat16,output=float32`
}

// Run writes the policy.
func (c *policiesShowCommand) Run(con *console) error {
	p, err := experiments.ResolvePolicy(c.Name, ".")
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(con.out, p.YAML())
	return err
}
