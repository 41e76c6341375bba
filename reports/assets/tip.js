"use strict";
// The box beside the cursor of the plot by layer: the tap's name, its values in what is drawn, and all its other figures.

report.tip = (function () {
  const box = element("div", { class: "tip", hidden: true });
  const manyPolicies = 4; // with more, the other figures would hide the plot

  // values are the lines of what is drawn.
  function values(tap) {
    const { state, measure, lines, dots } = report.layers;
    const text = (v) => (v === null || v === undefined ? "–" : written(measure(), v));
    return data.policies.map((name, p) => (state.shown[p] ? element("span", { class: `policy-${style(p)}` }, sample(), name,
      element("i", {}, text(lines()[p][tap]) + (dots() ? `, local ${text(dots()[p][tap])}` : ""))) : null));
  }

  // show fills the box for a tap and puts it on the side of the plot away from the cursor.
  function show(u, root, tap) {
    if (tap === null) {
      box.hidden = true;
      return;
    }
    const heads = element("thead", {}, element("tr", {}, element("th"), ...data.policies.map((_, p) => element("th", { class: `policy-${style(p)}` }, sample()))));
    box.replaceChildren(element("b", {}, breakable(data.names[tap])), element("em", {}, report.layers.measure().label), ...values(tap).filter(Boolean),
      data.policies.length <= manyPolicies ? figureTable(tap, heads) : "");
    box.hidden = false;
    const left = u.over.offsetLeft + u.cursor.left;
    const right = left > root.clientWidth / 2;
    box.style.left = right ? "" : `${left + 14}px`;
    box.style.right = right ? `${root.clientWidth - left + 14}px` : "";
    box.style.top = `${u.over.offsetTop + 8}px`;
  }

  return { box, show };
})();
