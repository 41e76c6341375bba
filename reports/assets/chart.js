"use strict";
// A small plot: errors upwards on a logarithmic axis against something else, with a box beside the cursor and the arrow
// keys. Zeros stand in a row "exact" of their own.
//
// options: {label, x, xLabel, xText(v), xSplits, yLabel, yText(v), series: [{label, policy, values, kind}], describe(i)};
// x grows; kind is line (with its points), curve (without), dots or thin; values are errors, null where there is none; describe gives lines of text.

report.chart = function (root, options) {
  const live = element("p", { class: "hidden", "aria-live": "polite" });
  const tip = element("div", { class: "tip", hidden: true });
  const frame = element("div", { class: "plot small", tabindex: "0", role: "group", "aria-label": `${options.label}. Arrow keys move from point to point.` });
  let plot = null;
  let cursor = -1;

  const all = options.series.flatMap((s) => s.values).filter((v) => v !== null && v !== undefined);
  const positive = all.filter((v) => v > 0 && v < Infinity);
  const low = positive.length ? Math.floor(Math.log10(Math.min(...positive)) - 0.05) : -3;
  const high = Math.max(low + 1, positive.length ? Math.ceil(Math.log10(Math.max(...positive)) + 0.05) : 0);
  const exact = all.includes(0) ? low - 0.09 * (high - low) : null;
  const bottom = exact === null ? low : low - 0.16 * (high - low);
  const height = (v) => (v === null || v === undefined || v === Infinity ? null : v === 0 ? exact : Math.log10(v));
  const yText = options.yText ?? ((v) => format.error(v, 1));

  function size() {
    return { width: Math.max(260, frame.clientWidth), height: frame.clientWidth < 420 ? 240 : 300 };
  }

  function show(i) {
    cursor = i;
    const lines = options.describe(i);
    tip.replaceChildren(element("b", {}, lines[0]), ...lines.slice(1).map((text) => element("span", {}, text)));
    tip.hidden = false;
    const left = plot.over.offsetLeft + plot.valToPos(options.x[i], "x");
    const right = left > frame.clientWidth / 2;
    tip.style.left = right ? "" : `${left + 12}px`;
    tip.style.right = right ? `${frame.clientWidth - left + 12}px` : "";
    tip.style.top = `${plot.over.offsetTop + 8}px`;
  }

  function build() {
    plot?.destroy();
    const axis = theme.axis();
    const span = (options.x.at(-1) - options.x[0]) * 0.04 || 0.5;
    const series = options.series.map((s) => {
      const color = () => (s.policy === undefined ? theme.css("--ink") : theme.policy(s.policy));
      return { label: s.label, stroke: color, width: s.kind === "thin" ? 1 : 2, spanGaps: true, dash: s.policy === undefined ? undefined : data.dashes[style(s.policy)],
        points: { show: s.kind === "line" || s.kind === "dots", size: s.kind === "dots" ? 5 : 7, fill: color }, ...(s.kind === "dots" ? { paths: () => null } : {}) };
    });
    plot = new uPlot({
      ...size(), padding: [12, 12, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { time: false, range: () => [options.x[0] - span, options.x.at(-1) + span] }, y: { auto: false, range: () => [bottom, high] } },
      axes: [
        { ...axis, label: options.xLabel, grid: { show: false }, size: 34, values: (u, at) => at.map(options.xText), ...(options.xSplits ? { splits: options.xSplits } : {}) },
        { ...axis, label: options.yLabel, size: 60, values: (u, at) => at.map((v) => (v === exact ? "exact" : yText(10 ** v))),
          splits: (u) => [...(exact === null ? [] : [exact]), ...decadeTicks(low, high, u.bbox.height / devicePixelRatio)] },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [(u) => { if (u.cursor.left < 0 || u.cursor.idx === null) tip.hidden = true; else show(u.cursor.idx); }] },
    }, [options.x, ...options.series.map((s) => s.values.map(height))], frame);
    frame.append(tip);
  }

  frame.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: cursor - 1, ArrowRight: cursor + 1, Home: 0, End: options.x.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const i = Math.min(Math.max(to, 0), options.x.length - 1);
    plot.setCursor({ left: plot.valToPos(options.x[i], "x"), top: 10 });
    show(i);
    live.textContent = options.describe(i).join(", ");
  });
  frame.addEventListener("blur", () => { tip.hidden = true; });
  root.replaceChildren(frame, live);
  build();
  const resized = new ResizeObserver(() => { if (frame.isConnected) plot.setSize(size()); });
  resized.observe(frame);
  return { redraw: build, close: () => { resized.disconnect(); plot.destroy(); } };
};

// legendOf names the policies of a small plot by their lines.
function legendOf(policies) {
  return element("p", { class: "legend" }, ...policies.map(([policy, name]) => element("span", { class: `policy-${style(policy)}` }, sample(), name)));
}
