"use strict";
// All figures of one tap under every policy, with the histogram of its distances in bf16 ulps and its error against
// magnitude.

report.inspector = (function () {
  const root = document.getElementById("inspector");
  let current = null;
  let isHeld = false;

  // ulps is the histogram: a bar and its share for each bin.
  function ulps(tap) {
    const totals = data.policies.map((_, p) => data.ulps[p][tap].reduce((a, b) => a + b, 0));
    const rows = data.ulp_bins.map((bin, b) => element("tr", {}, element("th", { scope: "row" }, bin),
      ...data.policies.map((_, p) => {
        const share = totals[p] ? data.ulps[p][tap][b] / totals[p] : null;
        const bar = element("i");
        bar.style.width = `${100 * (share ?? 0)}%`;
        return element("td", { class: `number bar policy-${style(p)}` }, bar, element("span", {}, share === null ? "–" : format.share(share)));
      })));
    return element("table", {}, heads("bf16 ulps"), element("tbody", {}, ...rows));
  }

  function heads(first) {
    return element("thead", {}, element("tr", {}, element("th", { scope: "col" }, first),
      ...data.policies.map((name, p) => element("th", { scope: "col", class: `number policy-${style(p)}`, title: name }, name))));
  }

  function show(tap) {
    if (tap === current) return;
    current = tap;
    const facts = [`tap ${format.count(tap + 1)} of ${format.count(data.names.length)}`, data.parts[tap], data.blocks[tap], data.shapes[tap], data.dtypes[tap]];
    root.replaceChildren(
      element("h3", {}, breakable(data.names[tap])),
      element("p", { class: "facts" }, facts.filter(Boolean).join(" · "), element("span", { class: "held" }, isHeld ? " · held" : "")),
      element("div", { class: data.policies.length > 4 ? "panes many" : "panes" },
        element("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "All figures of the tap" }, figureTable(tap, heads(""))),
        element("div", {},
          element("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Distances in bf16 ulps" }, ulps(tap)),
          report.scatter.of(tap))));
    report.scatter.draw(tap);
  }

  // hold says whether the tap stays when the cursor moves on.
  function hold(held) {
    isHeld = held;
    const mark = root.querySelector(".held");
    if (mark) mark.textContent = held ? " · held" : "";
  }

  function start() {
    if (!root) return;
    if (!data.names.length || !data.policies.length) {
      root.remove();
      return;
    }
    const first = data.names.indexOf("out/embeddings_1bp");
    show(first >= 0 ? first : data.names.length - 1);
  }

  return { start, show, hold };
})();
