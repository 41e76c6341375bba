"use strict";
// The bar chart of an ablation: a row per group with the bars of rescue and injure, their intervals and figures.

report.ablation = (function () {
  const a = data.ablation;
  const titles = { rescue: "rescue", injure: "injure" };
  const shown = { rescue: true, injure: true };
  let output = 0;

  const directions = () => Object.keys(titles).filter((d) => shown[d] && a.bars[output].some((bars) => bars[d]));
  const main = (bars) => bars.rescue ?? bars.injure;

  // range is the axis: it has all bars and intervals, and at least 0 to 1.
  function range() {
    const ends = a.bars[output].flatMap((bars) => directions().flatMap((d) => (bars[d] ? [bars[d].share, bars[d].low, bars[d].high] : [])))
      .map(decode).filter((v) => v !== null && isFinite(v));
    const room = 0.03; // beside the outermost bars
    const low = Math.min(0, ...ends) - room, high = Math.max(1, ...ends) + room;
    return { low, at: (v) => `${(100 * (v - low)) / (high - low)}%`, width: (from, to) => `${(100 * (to - from)) / (high - low)}%` };
  }

  // barLine is one bar with its interval.
  function barLine(direction, bar, axis) {
    const line = element("div", { class: `line ${direction}` });
    const share = decode(bar.share), low = decode(bar.low), high = decode(bar.high);
    if (share === null || !isFinite(share)) return line;
    const fill = element("i");
    fill.style.left = axis.at(Math.min(0, share));
    fill.style.width = axis.width(0, Math.abs(share));
    line.append(fill);
    if (low !== null && high !== null && high > low) {
      const whisker = element("u");
      whisker.style.left = axis.at(low);
      whisker.style.width = axis.width(low, high);
      line.append(whisker);
    }
    return line;
  }

  // figure is what a bar says in figures.
  function figure(direction, bar) {
    const [share, low, high, after, base] = [bar.share, bar.low, bar.high, bar.after, bar.base].map(decode);
    const interval = high > low ? ` (${format.percent(low).replace(" %", "")} to ${format.percent(high)})` : "";
    const errors = direction === "rescue" ? `${format.error(base)} → ${format.error(after)}` : `${format.error(after)} of ${format.error(base)}`;
    return element("div", { class: `said ${direction}`, title: helpOf(direction) }, element("b", {}, format.percent(share)), interval, element("small", {}, errors));
  }

  function order() {
    const groups = a.groups.map((_, g) => g);
    if (document.getElementById("ablation-order").value === "listed") return groups;
    const share = (g) => decode(main(a.bars[output][g])?.share ?? null) ?? -Infinity;
    return groups.sort((x, y) => share(y) - share(x) || x - y);
  }

  function draw() {
    const axis = range();
    const scale = element("div", { class: "scale" });
    for (const v of [0, 0.25, 0.5, 0.75, 1]) {
      const tick = element("span", {}, `${100 * v} %`);
      tick.style.left = axis.at(v);
      scale.append(tick);
    }
    const rows = order().map((g) => {
      const bars = a.bars[output][g], zero = element("s"), whole = element("s");
      zero.style.left = axis.at(0);
      whole.style.left = axis.at(1);
      const lines = directions().filter((d) => bars[d]);
      return element("tr", {},
        element("th", { scope: "row", title: a.groups[g].description }, element("code", {}, breakable(a.groups[g].name)), element("small", {}, a.groups[g].description)),
        element("td", { class: "track", "aria-hidden": "true" }, zero, whole, ...lines.map((d) => barLine(d, bars[d], axis))),
        element("td", { class: "figures" }, ...lines.map((d) => figure(d, bars[d]))));
    });
    document.getElementById("ablation-chart").replaceChildren(
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Group"), element("th", { scope: "col", "aria-label": "Share of the squared error" }, scale),
        element("th", { scope: "col" }, "Share of the squared error (95 %), relative L2"))),
      element("tbody", {}, ...rows));
    document.getElementById("ablation-sum").replaceChildren(...a.sums[output].filter((s) => shown[s.direction]).flatMap((s) => [
      element("strong", {}, `${titles[s.direction][0].toUpperCase()}${titles[s.direction].slice(1)}`),
      `: the shares add up to ${format.percent(decode(s.sum))}; all groups together give ${format.percent(decode(s.all))}; the interaction is ${format.percent(decode(s.interaction))}. `,
    ]));
  }

  // chips are the buttons that show and hide a direction.
  function chips() {
    return Object.keys(titles).map((d) => {
      const chip = element("button", { type: "button", class: `chip swatch ${d}`, "aria-pressed": "true", title: helpOf(d) }, element("i"), titles[d]);
      chip.addEventListener("click", () => {
        shown[d] = !shown[d];
        chip.setAttribute("aria-pressed", String(shown[d]));
        draw();
      });
      return chip;
    });
  }

  // single lists every run of every group.
  function single() {
    let direction = 0;
    const names = Object.keys(titles);
    const error = (key) => ({ class: "number", value: (row) => decode(row[key]), cell: (row) => format.error(decode(row[key])) });
    const table = report.table(document.getElementById("ablation-table"), [
      { title: "Group", help: "A group of roundings.", value: (row) => a.groups[row.group].name, cell: (row) => element("code", {}, breakable(a.groups[row.group].name)) },
      { title: "Direction", help: "Rescue or injure.", value: (row) => row.direction, cell: (row) => row.direction },
      { title: "Output", help: "Where the error is measured.", value: (row) => a.outputs[row.output], cell: (row) => element("code", {}, breakable(a.outputs[row.output])) },
      { title: "Weights seed", help: "Seed of the synthetic weights.", class: "number", value: (row) => a.runs[row.run].seed, cell: (row) => String(a.runs[row.run].seed) },
      { title: "Input", help: "The sequence.", class: "middle", value: (row) => a.runs[row.run].input, cell: (row) => a.runs[row.run].input },
      { title: "relative L2", help: data.measures[0].help, ...error("after") },
      { title: "of the policy", help: "Relative L2 of the policy with nothing restored.", ...error("base") },
      { title: "share", help: "Part of the squared error.", class: "number", value: (row) => decode(row.share), cell: (row) => format.percent(decode(row.share)) },
    ], { label: "All single runs", rows: a.rows, limit: 20, sortBy: 7, descending: true, search: (row) => `${a.groups[row.group].name} ${row.direction} ${a.outputs[row.output]}`,
      filters: [report.choice("Direction", ["all", ...names], (i) => { direction = i; table.draw(); })], keep: (row) => !direction || row.direction === names[direction - 1] });
  }

  function start() {
    if (!a || !a.outputs.length) return;
    const select = document.getElementById("ablation-output");
    select.append(...a.outputs.map((name, i) => element("option", { value: String(i) }, name)));
    output = Math.max(0, a.outputs.indexOf("out/embeddings_1bp"));
    select.value = String(output);
    select.addEventListener("change", () => { output = Number(select.value); draw(); });
    document.getElementById("ablation-order").addEventListener("change", draw);
    document.getElementById("ablation-directions").append(...chips());
    if (a.rows.length) single();
    else document.getElementById("ablation-all").remove();
    draw();
  }

  return { start };
})();
