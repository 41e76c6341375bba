package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"bf16lab/experiments"

	"github.com/alecthomas/kong"
)

// The exit statuses besides 0 and, after a signal, 128 plus its number.
const (
	statusDisagreement = 1 // verify found too little agreement
	statusUser         = 2 // input, flags, files, memory
	statusBug          = 3
)

// debugVariable is the environment variable that asks for the stack of a bug.
const debugVariable = "BF16LAB_DEBUG"

func main() {
	limitGarbage()
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// garbagePercent is how much garbage there may be for what is in use, where the user does not set GOGC. Most of what is in use are
// weights, which hold no pointers: looking for garbage costs little, while memory that is used for the first time has to be cleared by
// the system.
const garbagePercent = 20

func limitGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// commandLine is what kong parses.
type commandLine struct {
	Run      runCommand      `cmd:"" help:"Replay the model under several precision policies and compare every layer."`
	Merge    mergeCommand    `cmd:"" help:"Put the shards of a sweep together."`
	Report   reportCommand   `cmd:"" help:"Rebuild the report of a run, or make one of several runs."`
	Verify   verifyCommand   `cmd:"" help:"Replay references made by JAX and compare them bit by bit."`
	Policies policiesCommand `cmd:"" help:"List the built-in precision policies, or show one as YAML."`
	Taps     tapsCommand     `cmd:"" help:"List the names, types and shapes of the values that can be watched."`
	Graph    graphCommand    `cmd:"" help:"Print the traced model as a jaxpr."`
	Round    roundCommand    `cmd:"" help:"Show what every number format makes of a number."`
	Doctor   doctorCommand   `cmd:"" help:"Show what this machine has and what a run would need."`
	Bench    benchCommand    `cmd:"" help:"Measure the speed of products, elementwise chains and the model."`
	Version  versionCommand  `cmd:"" help:"Show the version of the program."`
}

// Help is shown below the list of commands.
func (commandLine) Help() string {
	return `Examples:

	bf16lab run experiments/configs/quickstart.yaml
	bf16lab policies show jax-cpu-eager
	bf16lab round 0.1 bfloat16 float16`
}

// console is where a command writes to, and how it was called.
type console struct {
	out  io.Writer // what was asked for
	err  io.Writer // progress
	args []string  // of the program, without its name
}

// execute runs a command line and returns the exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	return guard(stderr, func() int { return command(args, stdout, stderr) })
}

// guard calls f, and turns a panic into a line for the user.
func guard(stderr io.Writer, f func() int) (status int) {
	defer func() {
		if p := recover(); p != nil {
			status = reportBug(stderr, p)
		}
	}()
	return f()
}

// command is [execute] without care for panics.
func command(args []string, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal()
	defer stop()
	out := bufio.NewWriter(stdout)
	err := dispatch(ctx, &console{out: out, err: stderr, args: args}, stdout)
	if flushed := out.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("write to standard output: %w", flushed)
	}
	var ended interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(context.Cause(ctx), &ended) && errors.Is(err, context.Canceled):
		kept := "nothing was written"
		if u := new(experiments.Unfinished); errors.As(err, &u) {
			kept = u.Kept()
		}
		fmt.Fprintf(stderr, "bf16lab: %v, %s\n", ended, kept)
		return ended.status()
	}
	fmt.Fprintf(stderr, "bf16lab: %s\n", oneLine(err.Error()))
	if errors.As(err, new(disagreement)) {
		return statusDisagreement
	}
	return statusUser
}

// dispatch parses a command line and runs its command. Help goes to stdout at once and ends the program.
func dispatch(ctx context.Context, c *console, stdout io.Writer) error {
	var line commandLine
	parser := kong.Must(&line,
		kong.Name("bf16lab"),
		kong.Description("bf16lab shows where a model in bfloat16 (or its neighbours) leaves the truth, how far, and by which rounding rule."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(stdout, c.err),
		kong.Vars{"threads": fmt.Sprint(defaultThreads())},
	)
	parsed, err := parser.Parse(protectNegative(c.args))
	if err != nil {
		return usageError(err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(c)
}

// usageError adds to a parser's error where to read on.
func usageError(err error) error {
	command := "bf16lab"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		command = parse.Context.Selected().FullPath()
	}
	message := err.Error()
	if flag, ok := strings.CutSuffix(message, ` value but got "EOL" (<EOL>)`); ok { // the end of the command line
		message = flag[:strings.LastIndex(flag, ": ")] + ": the value is missing"
	}
	return fmt.Errorf("%s (see %s --help)", message, command)
}

// reportBug tells of a panic in one line, and shows the stack to those who ask for it.
func reportBug(stderr io.Writer, p any) int {
	fmt.Fprintf(stderr, "bf16lab: this is a bug in bf16lab: %s (%s=1 shows the stack)\n", oneLine(fmt.Sprint(p)), debugVariable)
	if os.Getenv(debugVariable) == "1" {
		stderr.Write(debug.Stack())
	}
	return statusBug
}

// oneLine joins the lines of a message and leaves out what could move the cursor.
func oneLine(text string) string {
	visible := func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}
	return strings.Join(strings.Fields(strings.Map(visible, text)), " ")
}

// interrupted is the cause of a context that a signal has ended.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "stopped by signal " + i.signal.String() }

func (i interrupted) status() int {
	if number, ok := i.signal.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return statusUser
}

// untilSignal returns a context that ends with Ctrl-C or a request to terminate. A second signal ends the program at once.
func untilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			cancel(interrupted{s})
		case <-ctx.Done():
		}
		signal.Stop(signals)
	}()
	return ctx, func() { cancel(nil) }
}
