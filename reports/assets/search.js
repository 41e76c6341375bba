"use strict";
// The result of a search, the frontier of cost and error, and the sets that were tried.

report.search = (function () {
  const s = data.search;
  const set = (names) => (names?.length ? element("span", {}, ...names.flatMap((name, i) => [i ? ", " : "", element("code", {}, breakable(name))])) : "nothing");

  // sites are the smallest set inside of the groups; a long list is folded.
  function sites() {
    const few = 4;
    if (s.sites.length <= few) return set(s.sites);
    return element("details", {}, element("summary", {}, `${format.count(s.sites.length)} sites`), set(s.sites));
  }

  function facts() {
    const fact = (label, ...text) => element("div", {}, element("dt", {}, label), element("dd", {}, ...text));
    document.getElementById("search-facts").append(...[
      fact("Looked for", `relative L2 at ${s.output} under ${format.error(decode(s.bound))}, in ${s.runs} run${s.runs === 1 ? "" : "s"}`),
      fact("Found", s.found ? set(s.groups) : "no set that was tried is under the bound"),
      s.sites?.length ? fact("Sites inside", sites()) : null,
      fact("Relative L2", `${format.error(decode(s.base))} → ${format.error(decode(s.reached))}`),
      decode(s.cost) === null ? null : fact("Cost", `${format.percent(decode(s.cost))} of the model’s work is then kept in ${s.reference}`),
    ].filter(Boolean));
  }

  function frontier() {
    const root = document.getElementById("search-frontier"), points = s.frontier.slice().sort((a, b) => a.cost - b.cost);
    if (!points.length) {
      root.append(element("p", { class: "empty" }, "No frontier was made in this search."));
      return;
    }
    const chart = report.chart(root, {
      label: "Error that is left by cost", x: points.map((p) => p.cost), xLabel: "share of the work kept in the reference’s precision", yLabel: "relative L2 that is left",
      xText: (v) => `${Math.round(100 * v)} %`, series: [
        { label: "frontier", policy: 0, values: points.map((p) => decode(p.residual)), kind: "line" },
        { label: "bound", values: points.map(() => decode(s.bound)), kind: "thin" },
      ],
      describe: (i) => [`${format.error(decode(points[i].residual))} is left at ${format.percent(points[i].cost)}`, points[i].groups?.length ? points[i].groups.join(", ") : "nothing kept"],
    });
    theme.changed(chart.redraw);
    report.table(document.getElementById("search-frontier-table"), [
      { title: "Kept in the reference’s precision", help: "The cheapest set that was found for its error.", value: (row) => row.groups?.length ?? 0, cell: (row) => set(row.groups) },
      { title: "cost", help: helpOf("cost"), class: "number", value: (row) => decode(row.cost), cell: (row) => format.percent(decode(row.cost)) },
      { title: "relative L2 left", help: data.measures[0].help, class: "number", value: (row) => decode(row.residual), cell: (row) => format.error(decode(row.residual)) },
    ], { label: "Cheapest sets", rows: points, limit: 10 });
  }

  function steps() {
    report.table(document.getElementById("search-steps"), [
      { title: "Step", help: "In the order in which they were tried.", class: "number", value: (row) => row.at, cell: (row) => String(row.at) },
      { title: "Restored", help: "The set that was restored to the reference.", value: (row) => row.restored?.length ?? 0, cell: (row) => set(row.restored) },
      { title: "relative L2", help: "Of the worst run.", class: "number", value: (row) => decode(row.reached), cell: (row) => format.error(decode(row.reached)) },
      { title: "Under the bound", help: "Whether every run is under the bound.", value: (row) => Number(row.passed), cell: (row) => (row.passed ? "yes" : "no") },
    ], { label: "Sets that were tried", rows: s.steps.map((step, i) => ({ ...step, at: i + 1 })), limit: 15, search: (row) => (row.restored ?? []).join(" "), empty: "No step was recorded." });
  }

  function start() {
    if (!s) return;
    facts();
    frontier();
    steps();
  }
  return { start };
})();
