// Package reports turns the results of a replay into pictures and a page that answers in words.
//
// [Write] makes report.html, one self-contained file that needs neither network nor server, and the same pictures as
// PNG under plots/. Everything is made from a [results.Run]; nothing of models or policies is known here.
//
// The way from a run to the page has three steps, each in files of its own:
//
//   - figures: what is said and drawn, as plain structs that tests compare exactly (bands.go, blocks.go, findings.go,
//     outputs.go, splice.go, nonfinite.go, and picture_*.go for the pictures);
//   - words and numbers: how a figure is written (words.go, number.go, measures.go);
//   - presentation: plot_*.go draws PNG, page.go fills assets/*.html and hands data to assets/*.js.
//
// A new section is a file of figures, a template and, if it is interactive, a script.
package reports
