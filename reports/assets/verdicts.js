"use strict";
// The verdicts: how many of each word a policy has, the table, and the rule they were made with.

function verdictsTable() {
  const v = data.verdicts;
  if (!v) return;
  const meaning = { worse: "worse than the baseline", within: "within what low precision itself costs", better: "better than the baseline", exact: "exact, the same bits as the baseline" };
  document.getElementById("verdicts-counts").append(...data.policies.map((name, p) => name === v.rule.baseline ? element("li", {}, element("strong", {}, name), " is the baseline.") : element("li", {}, element("strong", {}, name), ": ",
    v.words.map((word, w) => [v.counts[p][w], meaning[word]]).filter(([n]) => n).map(([n, text]) => `${format.count(n)} tap${n === 1 ? "" : "s"} ${text}`).join("; ") || "not judged", ".")));
  let policy = 0, word = 0;
  const ratio = (title, key, term) => ({ title, help: helpOf(term), class: "number", value: (row) => decode(row[key]), cell: (row) => format.factor(decode(row[key])) });
  const table = report.table(document.getElementById("verdicts-table"), [
    tapColumn, policyColumn, ratio("R", "r", "verdict_r"), ratio("floor", "floor", "verdict_floor"),
    { title: "Verdict", help: "R against the limits of the rule below the table.", value: (row) => row.word, cell: (row) => v.words[row.word] },
    { ...measureColumn("relative_l2"), class: "number narrow-hide" },
    { title: "Part", help: "Part of the model.", class: "middle", value: (row) => data.parts[row.tap], cell: (row) => data.parts[row.tap] },
  ], {
    label: "Verdicts", rows: v.rows, limit: 15, sortBy: 2, descending: true, search: (row) => `${data.names[row.tap]} ${data.policies[row.policy]}`,
    filters: [report.choice("Policy", ["all", ...data.policies], (i) => { policy = i; table.draw(); }), report.choice("Verdict", ["all", ...v.words], (i) => { word = i; table.draw(); })],
    keep: (row) => (!policy || row.policy === policy - 1) && (!word || row.word === word - 1),
  });
  const { baseline, floor, better, worse } = v.rule;
  document.getElementById("verdicts-rule").textContent = `Rule: the baseline is ${baseline || "not named"}${floor ? `, the floor is ${floor}` : ""}; ` +
    `R up to ${format.factor(decode(better))} is better, R from ${format.factor(decode(worse))} on is worse, between them it is within. The limits are in results.json and can be set in the experiment file.`;
}
