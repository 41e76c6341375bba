// Package results holds what one replay leaves behind, and reads and writes it.
//
// Two files are written, each under a temporary name first and renamed when it is complete, so that a file with the final
// name is never half a file:
//
//   - results.json is a Run: everything a report is made from. Each policy, tap, variant and explanation is one line. Numbers
//     are written with as many digits as reading back the same bits takes; metrics that are not finite are the strings
//     "NaN", "+Inf" and "-Inf".
//   - taps.csv has one row for each tap and policy, for those who plot themselves: first the taps in execution order, each
//     with the policies in their order, then the variants in the same way. The header names the columns; Columns says what
//     each holds. Names and order of the columns are kept from version to version, and new ones come last. Numbers are plain
//     decimals without exponents, or NaN, Inf, -Inf.
//
// A results.json may come from anywhere. Read bounds its size, refuses other versions of the layout, fields that are unknown,
// missing or of the wrong kind, and figures that contradict each other (Run.Check); its errors are one line that names the
// file and the field.
package results
