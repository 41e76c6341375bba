// Package reports turns the results of an experiment into a page that answers in words, pictures, data and a debug note.
//
// [Write] makes report.html, one self-contained file that needs neither network nor server; the same pictures as PNG and
// SVG, each with its data as CSV, under plots/; data.json and data.npz for programs; and notes.md. [Combine] makes one run
// of several, for a report that shows them side by side. Everything is made from a [results.Run]; nothing of models or
// policies is known here.
//
// The way from a run to the page has three steps, each in files of its own:
//
//   - figures: what is said and drawn, as plain structs that tests compare exactly (bands.go, blocks.go, findings.go,
//     outputs.go, splice.go, nonfinite.go, local.go, ablation.go, search.go, sweep.go, verdicts.go, accidents.go, scatter.go,
//     and picture_*.go for the pictures);
//   - words and numbers: how a figure is written (lead.go, cause.go, words.go, number.go, measures.go, terms.go);
//   - presentation: plot_*.go draws pictures, page.go fills assets/*.html and hands data to assets/*.js, notes*.go writes the
//     debug note, table.go, data_json.go and arrays.go the data.
//
// A new section is a file of figures, a template and, if it is interactive, a script.
package reports
