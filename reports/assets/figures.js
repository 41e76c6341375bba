"use strict";
// All figures of one tap under every policy, as rows of text.

// figureRows lists {label, help, cells}, a cell per policy.
function figureRows(tap) {
  const row = (label, help, cell) => ({ label, help, cells: data.policies.map((_, p) => cell(p)) });
  const rows = data.measures.map((m) => row(m.label, `${m.help} ${m.causes}`, (p) => written(m, data.values[m.key][p][tap])));
  rows.push(row("largest difference at", "Where the largest difference is, along the axes of the shape.", (p) => data.worst[p][tap] || "–"));
  if (data.local) {
    const local = data.local.values.relative_l2;
    rows.splice(1, 0,
      row("local relative L2", helpOf("local"), (p) => (local[p][tap] === null ? "–" : format.error(local[p][tap]))),
      row("gain", helpOf("gain"), (p) => (data.local.gain[p][tap] === null ? "–" : format.factor(data.local.gain[p][tap]))));
  }
  const verdicts = report.verdictsOf(tap);
  if (verdicts) rows.push(row("verdict (R)", helpOf("verdict_r"), (p) => (verdicts[p] ? `${data.verdicts.words[verdicts[p].word]} (${format.factor(decode(verdicts[p].r))})` : "–")));
  return rows;
}

// verdictsOf gives the verdicts on a tap by policy, or null.
report.verdictsOf = (function () {
  if (!data.verdicts) return () => null;
  const byTap = data.names.map(() => []);
  for (const row of data.verdicts.rows) byTap[row.tap][row.policy] = row;
  return (tap) => byTap[tap];
})();

// figureTable is the table of all figures.
function figureTable(tap, heads) {
  return element("table", {}, heads, element("tbody", {}, ...figureRows(tap).map(({ label, help, cells }) =>
    element("tr", {}, element("th", { scope: "row", title: help }, label), ...cells.map((text) => element("td", { class: "number" }, text))))));
}
