"use strict";
// The error against the magnitude of the reference for one tap: rounding noise follows the magnitude, a fixed error is
// level, and outliers lift the upper line only.

report.scatter = (function () {
  const exactZero = -9999, infinite = 9999;
  let open = null;
  theme.changed(() => open?.redraw());

  const bound = (e) => (e === null ? null : e === exactZero ? 0 : e === infinite ? Infinity : 2 ** e);
  const edge = (bin) => data.edge + bin; // exponent of the lower edge of a bin

  // spread lays the bins of all policies onto common ones.
  function spread(views) {
    const low = Math.min(...views.map((v) => v.low)), high = Math.max(...views.map((v) => v.low + v.median.length));
    const bins = Array.from({ length: high - low }, (_, i) => low + i);
    const at = (list, v) => bins.map((bin) => list[bin - v.low] ?? null);
    return { bins, policies: views.map((v) => ({ counts: at(v.counts ?? views[0].counts, v.counts ? v : views[0]), median: at(v.median, v).map(bound), high: at(v.high, v).map(bound) })) };
  }

  // of is the pane of a tap; nothing if the run has no such data for it.
  function of(tap) {
    if (!data.scatter[tap]?.length) return null;
    return element("div", { class: "against" },
      element("h4", {}, "Error against magnitude"),
      element("p", { class: "hint" }, "Median (line) and 99 % (dots) of |policy − reference| by the power of two of |reference|. Rising with the magnitude: rounding noise. Level: a fixed error, such as a rounded constant. Dots far above: a few outliers."),
      element("div", { id: "scatter" }));
  }

  // draw fills the pane when it is in the page.
  function draw(tap) {
    open?.close();
    open = null;
    const views = data.scatter[tap], root = document.getElementById("scatter");
    if (!views?.length || !root) return;
    const { bins, policies } = spread(views);
    if (!bins.length) return;
    const magnitude = (bin) => (bin === 0 ? "0" : bin === 1 ? `below ${powerOfTwo(edge(2))}` : powerOfTwo(edge(bin)));
    open = report.chart(root, {
      label: "Error against magnitude", x: bins, xLabel: "|reference|", yLabel: "|error|, at most",
      xText: (v) => (Number.isInteger(v) ? magnitude(v) : ""),
      series: policies.flatMap((p, i) => [{ label: data.policies[i], policy: i, values: p.median, kind: "curve" }, { label: data.policies[i], policy: i, values: p.high, kind: "dots" }]),
      describe: (i) => [`|reference| from ${magnitude(bins[i])}`, ...policies.map((p, policy) => (p.counts[i] ? `${data.policies[policy]}: ` +
        `half ≤ ${format.error(p.median[i])}, 99 % ≤ ${format.error(p.high[i])}, ${format.count(p.counts[i])} elements` : `${data.policies[policy]}: no elements`))],
    });
  }

  return { of, draw };
})();
