"use strict";
// Equations that make non-finite values of finite operands, and near misses.

function accidentsTables() {
  const a = data.accidents;
  if (!a) return;
  const value = (v) => (v === null ? "NaN" : format.value(decode(v)));
  const kinds = { overflow: "overflow", subnormal: "subnormal", cancellation: "cancellation" };
  const worst = (row) => ({
    overflow: () => `${value(row.worst)} of at most ${value(a.limits[row.policy])}`,
    cancellation: () => `${value(row.worst)} bits lost`,
    subnormal: () => `${value(row.worst)} flushed`,
  }[row.kind] ?? (() => value(row.worst)))();
  const place = (row) => element("span", {}, element("code", {}, breakable(row.module || "–")), element("small", { class: "under" }, `${row.primitive}${row.function ? ` in ${row.function}` : ""}, equation ${format.count(row.equation)}`));
  const columns = [
    { title: "Place", help: "Module, primitive and equation.", class: "tap-cell", value: (row) => row.equation, cell: place },
    { title: "Policy", help: "The precision policy.", value: (row) => a.policies[row.policy], cell: (row) => a.policies[row.policy] },
  ];
  const count = { title: "Elements", help: "How many elements it concerns.", class: "number", value: (row) => row.count, cell: (row) => format.count(row.count) };
  const index = { title: "First at", help: "Flat index of the first one.", class: "number narrow-hide", value: (row) => row.index, cell: (row) => format.count(row.index) };
  const search = (row) => `${row.module} ${row.primitive} ${row.function} ${a.policies[row.policy]}`;
  document.getElementById("accidents-words").append(...a.words.map(({ text, parts }) => (parts.length ? element("li", {},
    element("details", {}, element("summary", {}, `${text} (${parts.length} places)`), element("ul", {}, ...parts.map((part) => element("li", {}, part))))) : element("li", {}, text))));
  report.table(document.getElementById("accidents-created"), [
    ...columns,
    { title: "Made", help: "The first value, and the operands there.", value: (row) => row.primitive, cell: (row) => `${value(row.value)} of ${row.operands.map(value).join(", ") || "no operands"}` },
    count, index,
    { title: "By design", help: "The reference makes it too.", value: (row) => Number(row.by_design), cell: (row) => (row.by_design ? "yes" : "no") },
  ], { label: "Made of finite operands", rows: a.created, limit: 20, search, empty: "No equation makes a non-finite value of finite operands." });
  let kind = 0;
  const names = [...new Set(a.near.map((row) => row.kind))];
  const table = report.table(document.getElementById("accidents-near"), [
    ...columns,
    { title: "Kind", help: "Overflow, subnormal or cancellation.", value: (row) => row.kind, cell: (row) => kinds[row.kind] ?? row.kind },
    { title: "Worst", help: `${helpOf("bits_lost")}`, class: "number", value: (row) => decode(row.worst), cell: worst },
    count, { ...index, title: "At", help: "Flat index of the worst one." },
  ], { label: "Near misses", rows: a.near, limit: 20, search, filters: [report.choice("Kind", ["all", ...names], (i) => { kind = i; table.draw(); })],
    keep: (row) => !kind || row.kind === names[kind - 1], empty: "Nothing comes near an accident." });
  report.table(document.getElementById("accidents-ranges"), [
    { title: "Policy", help: "The precision policy.", value: (row) => row.policy, cell: (row) => a.policies[row.policy] },
    { title: "Primitive", help: "A function that is not defined everywhere, or that overflows.", value: (row) => row.primitive, cell: (row) => element("code", {}, row.primitive) },
    { title: "Smallest argument", help: "Of the operand; of the base for pow, of the divisor’s magnitude for div.", class: "number", value: (row) => decode(row.low), cell: (row) => value(row.low) },
    { title: "Largest argument", help: "The other end of the range.", class: "number", value: (row) => decode(row.high), cell: (row) => value(row.high) },
    count,
  ], { label: "Ranges of arguments", rows: a.ranges, limit: 20, empty: "No such function was called." });
  const made = (row) => [element("code", {}, row.primitive), ...(row.module ? [" of ", element("code", {}, breakable(row.module))] : []), ` makes it (equation ${format.count(row.equation)}).`];
  document.getElementById("accidents-largest").append(...a.largest.map((row, p) => element("li", {}, element("strong", {}, a.policies[p]),
    ...(row.equation < 0 ? [": all results are zero."] : [`: the largest finite result is ${value(row.value)}, of at most ${value(a.limits[p])}; `, ...made(row)]))));
}
