package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a run is.
type progress interface {
	// update tells how much of the work has been done.
	update(done, total float64)
	// end tells that there will be no more updates.
	end(finished bool)
}

// newProgress returns a bar with the time left for a terminal, and plain lines for anything else.
func newProgress(w io.Writer) progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return newProgressBar(w)
	}
	return &progressLines{out: w, now: time.Now, start: time.Now()}
}

// barSteps is how finely a bar is divided.
const barSteps = 1000

// progressBar is a progress on a terminal. It draws nothing before the first update.
type progressBar struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	drawn bool
}

func newProgressBar(w io.Writer) *progressBar {
	return &progressBar{out: w, bar: progressbar.NewOptions(barSteps,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("replay"), progressbar.OptionSetWidth(50),
		progressbar.OptionSetPredictTime(true), progressbar.OptionShowElapsedTimeOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond),
	)}
}

func (p *progressBar) update(done, total float64) {
	if !p.drawn {
		p.drawn = true
		_ = p.bar.RenderBlank()
	}
	// The last step is left to end, because a full bar takes no further updates. An error means that the terminal is gone.
	_ = p.bar.Set(min(int(fraction(done, total)*barSteps), barSteps-1))
}

func (p *progressBar) end(finished bool) {
	if !p.drawn {
		return
	}
	if finished {
		_ = p.bar.Finish()
	} else {
		_ = p.bar.Exit()
	}
	fmt.Fprintln(p.out)
}

// progressLines is a progress for log files: a line for every tenth of the work.
type progressLines struct {
	out   io.Writer
	now   func() time.Time
	start time.Time
	next  int // tenth that is shown next
}

func (p *progressLines) update(done, total float64) {
	part := fraction(done, total)
	if int(part*10) < p.next {
		return
	}
	p.next = int(part*10) + 1
	elapsed := p.now().Sub(p.start)
	fmt.Fprintf(p.out, "replay: %3d %% done after %v", int(part*100), elapsed.Round(time.Second))
	if part >= 0.01 && part < 1 { // earlier, the time left is anybody's guess
		left := time.Duration(float64(elapsed) * (1 - part) / part)
		fmt.Fprintf(p.out, ", about %v left", left.Round(time.Second))
	}
	fmt.Fprintln(p.out)
}

func (p *progressLines) end(bool) {}

// fraction returns done / total within 0 to 1.
func fraction(done, total float64) float64 {
	if !(total > 0) {
		return 0
	}
	return max(0, min(1, done/total))
}
