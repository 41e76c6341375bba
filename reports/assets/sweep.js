"use strict";
// The error by length and policy, and the table of all cells of a sweep.

report.sweep = (function () {
  const s = data.sweep;
  let output = 0, chart = null;

  function draw() {
    chart?.close();
    const points = s.lines[output], lengths = [...new Set(points.map((p) => p.length))].sort((a, b) => a - b);
    const root = document.getElementById("sweep-plot");
    if (!lengths.length) {
      root.replaceChildren(element("p", { class: "empty" }, "No cell has an error at this output."));
      return;
    }
    const at = (policy, length) => points.find((p) => p.policy === policy && p.length === length);
    const pick = (policy, key) => lengths.map((length) => decode(at(policy, length)?.[key] ?? null));
    chart = report.chart(root, {
      label: "Error by length", x: lengths.map(Math.log2), xSplits: lengths.map(Math.log2), xLabel: "bases", yLabel: "relative L2",
      xText: (v) => format.count(Math.round(2 ** v)),
      series: s.policies.flatMap((name, p) => [{ label: name, policy: p, values: pick(p, "median"), kind: "line" },
        { label: name, policy: p, values: pick(p, "low"), kind: "dots" }, { label: name, policy: p, values: pick(p, "high"), kind: "dots" }]),
      describe: (i) => [`${format.count(lengths[i])} bases`, ...s.policies.map((name, p) => {
        const point = at(p, lengths[i]);
        return point ? `${name}: ${format.error(decode(point.median))} (${format.error(decode(point.low))} to ${format.error(decode(point.high))}, ${point.cells} cell${point.cells === 1 ? "" : "s"})` : `${name}: –`;
      })],
    });
    root.prepend(legendOf(s.policies.map((name, p) => [p, name])));
  }

  function cells() {
    const chosen = { policy: 0, length: 0 };
    const lengths = [...new Set(s.cells.map((c) => c.length))].sort((a, b) => a - b);
    const text = (title, help, value, extra = "") => ({ title, help, class: extra, value, cell: value });
    const table = report.table(document.getElementById("sweep-table"), [
      { title: "Policy", help: "The precision policy.", value: (c) => s.policies[c.policy], cell: (c) => element("span", { class: `policy-cell policy-${style(c.policy)}` }, sample(), element("span", {}, s.policies[c.policy])) },
      { title: "Bases", help: "Length of the sequence.", class: "number", value: (c) => c.length, cell: (c) => format.count(c.length) },
      { title: "Seed", help: "Seed of the synthetic weights.", class: "number", value: (c) => c.seed, cell: (c) => String(c.seed) },
      text("Organism", "Whose heads and embeddings are used.", (c) => c.organism, "middle"),
      text("Input", "The sequence.", (c) => c.input, "middle"),
      ...s.outputs.map((name, o) => ({ title: name, group: "relative L2", help: data.measures[0].help, class: "number", value: (c) => decode(c.errors[o]), cell: (c) => format.error(decode(c.errors[o])) })),
      { title: "Non-finite", help: "Elements that are not finite although the reference’s are.", class: "number", value: (c) => c.non_finite, cell: (c) => format.count(c.non_finite) },
    ], { label: "All cells", rows: s.cells, limit: 30, sortBy: 5, descending: true, search: (c) => `${s.policies[c.policy]} ${c.input} ${c.organism} ${c.length}`,
      filters: [report.choice("Policy", ["all", ...s.policies], (i) => { chosen.policy = i; table.draw(); }), report.choice("Bases", ["all", ...lengths.map(format.count)], (i) => { chosen.length = i; table.draw(); })],
      keep: (c) => (!chosen.policy || c.policy === chosen.policy - 1) && (!chosen.length || c.length === lengths[chosen.length - 1]), empty: "No cell is finished yet." });
  }

  function start() {
    if (!s) return;
    const select = document.getElementById("sweep-output");
    select.append(...s.outputs.map((name, i) => element("option", { value: String(i) }, name)));
    select.addEventListener("change", () => { output = Number(select.value); draw(); });
    theme.changed(() => chart?.redraw());
    if (s.outputs.length) draw();
    cells();
  }
  return { start };
})();
