"use strict";
// The error by layer. The vertical axis is the decimal logarithm, computed in layers.js, so that exact taps and infinite
// errors can have rows of their own below and above it.

report.plot = (function () {
  const root = document.getElementById("plot");
  const { state, drawable, measure, taps } = report.layers;
  let rows; // {low, high, exact, infinite, bottom, top}
  let plot = null;
  let cursor = null; // tap under the cursor, or null
  let view = { min: 0.5, max: taps + 0.5 }; // horizontal window, in places counted from one
  let held = null; // tap that stays when the cursor leaves

  const at = (tap) => state.place[tap] + 1; // where a tap is on the horizontal axis

  // ticks are whole decades, finer where only a few are in view, and the extra rows.
  function ticks(u, axis, min, max) {
    const splits = decadeTicks(Math.max(min, rows.low), Math.min(max, rows.high), u.bbox.height / devicePixelRatio);
    if (rows.hasExact) splits.push(rows.exact);
    if (rows.hasInfinite) splits.push(rows.infinite);
    return splits.filter((v) => v >= min && v <= max).sort((a, b) => a - b);
  }
  const tickText = (v) => (v === rows.exact ? "exact" : v === rows.infinite ? "∞" : state.view === "gain" ? format.factor(10 ** v) : format.error(10 ** v, 1));

  // drawThreshold is the dashed line at the relative L2 that the answer names, or at a gain of one.
  function drawThreshold(u) {
    const threshold = { relative_l2: data.threshold, gain: 1 }[measure().key];
    if (threshold === undefined) return;
    const { ctx, bbox } = u, ratio = devicePixelRatio;
    const y = Math.round(u.valToPos(Math.log10(threshold), "y", true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.save();
    ctx.strokeStyle = theme.css("--quiet");
    ctx.lineWidth = ratio;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }

  // drawMarks crosses the taps that create non-finite values and marks the tap that is held.
  function drawMarks(u) {
    const { ctx, bbox } = u, ratio = devicePixelRatio, arm = 4 * ratio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineWidth = 2 * ratio;
    data.created.forEach((list, p) => {
      if (!state.shown[p]) return;
      ctx.strokeStyle = theme.policy(p);
      for (const tap of list) {
        const x = u.valToPos(at(tap), "x", true), y = bbox.top + (9 + 10 * p) * ratio;
        ctx.beginPath();
        ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm);
        ctx.moveTo(x - arm, y + arm); ctx.lineTo(x + arm, y - arm);
        ctx.stroke();
      }
    });
    if (held !== null) {
      const x = Math.round(u.valToPos(at(held), "x", true)) + 0.5;
      ctx.strokeStyle = theme.css("--ink");
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  // moved follows the mouse and setCursor.
  function moved(u) {
    const inside = u.cursor.left >= 0 && u.cursor.idx !== null && u.cursor.idx !== undefined;
    cursor = inside ? state.order[u.cursor.idx] : null;
    report.tip.show(u, root, cursor);
    if (inside && held === null) report.inspector.show(cursor);
  }

  function size() {
    const width = Math.max(280, root.clientWidth);
    return { width, height: width < 600 ? 340 : 460 };
  }

  // build makes the plot anew for what is shown.
  function build() {
    plot?.destroy();
    report.layers.arrange();
    rows = report.layers.rows();
    const dotted = state.view === "local" || state.view === "gain";
    const line = (p) => ({ label: data.policies[p], stroke: () => theme.policy(p), width: dotted ? 0.7 : 1.4, dash: data.dashes[style(p)], points: { size: 4 }, show: state.shown[p] });
    const dots = (p) => ({ ...line(p), paths: () => null, points: { show: true, size: 5, fill: () => theme.policy(p) } });
    const axis = theme.axis();
    const label = measure().draw === "log-rest" ? `1 − ${measure().label}` : measure().label;
    plot = new uPlot({
      ...size(),
      padding: [42, 10, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: true, uni: 30 }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (u, min, max) => [min <= 1 ? 0.5 : min, max >= taps ? taps + 0.5 : max] },
        y: { auto: false, range: () => [rows.bottom, rows.top] },
      },
      axes: [
        { ...axis, label: state.severity ? "taps, the largest first" : "tap", grid: { show: false }, size: 34, values: (u, splits) => splits.map((v) => (Number.isInteger(v) && v > 0 ? format.count(v) : "")) },
        { ...axis, label: state.view === "local" ? `local ${label}` : label, size: 56, splits: ticks, values: (u, splits) => splits.map(tickText) },
      ],
      series: [{}, ...data.policies.map((_, p) => line(p)), ...data.policies.map((_, p) => dots(p))],
      hooks: {
        drawClear: [(u) => { if (!state.severity) report.bands.draw(u, theme.css); }],
        drawAxes: [drawThreshold],
        draw: [drawMarks],
        setCursor: [moved],
        setScale: [scaled],
      },
    }, report.layers.series(rows), root);
    plot.setScale("x", view);
    plot.over.addEventListener("click", () => hold(cursor === held ? null : cursor));
    plot.over.addEventListener("dblclick", whole);
    root.append(report.tip.box);
    document.getElementById("plot-help").replaceChildren(...explained(measure()));
  }

  // look moves the horizontal window; uPlot takes it over a little later.
  function look(from, to) {
    view = { min: from, max: to };
    plot.setScale("x", view);
  }

  // scaled follows the windows that the mouse chooses.
  function scaled(u) {
    const { x, y } = u.scales;
    view = { min: x.min, max: x.max };
    const zoomed = x.min > 0.5 || x.max < taps + 0.5 || y.min !== rows.bottom || y.max !== rows.top;
    document.getElementById("plot-reset").disabled = !zoomed;
  }

  function whole() {
    hold(null);
    look(0.5, taps + 0.5);
    plot.setScale("y", { min: rows.bottom, max: rows.top });
  }

  // zoom scales the horizontal window around the cursor; a factor below one shows less.
  function zoom(factor) {
    const { min, max } = view;
    const tap = cursor ?? held;
    const centre = tap === null ? Math.round((min + max) / 2) : at(tap);
    const width = Math.min(Math.max((max - min) * factor, 4), taps);
    lookFrom(centre - width * (centre - min) / (max - min), width);
  }

  // lookFrom moves a window of a given width to a place inside of the taps.
  function lookFrom(from, width) {
    from = Math.min(Math.max(from, 0.5), taps + 0.5 - width);
    look(from, from + width);
  }

  // visit moves the cursor to a place, counted from zero, and the window with it where needed.
  function visit(place) {
    place = Math.min(Math.max(place, 0), taps - 1);
    const { min, max } = view;
    if (place + 1 < min || place + 1 > max) lookFrom(place + 1 - (max - min) / 2, max - min);
    held = null;
    cursor = state.order[place];
    const tap = cursor;
    setTimeout(() => { // after uPlot has taken over the window
      plot.setCursor({ left: plot.valToPos(place + 1, "x"), top: plot.over.clientHeight / 2 });
      document.getElementById("plot-live").textContent = `${data.names[tap]}: ` + data.policies.map((name, p) =>
        `${name} ${written(measure(), report.layers.lines()[p][tap])}`).join(", ");
    });
  }

  // hold keeps a tap in the inspector, or lets go with null.
  function hold(tap) {
    held = tap;
    report.inspector.hold(tap !== null);
    if (tap !== null) report.inspector.show(tap);
    plot.redraw(false);
  }

  // keyDown moves, zooms and holds.
  function keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tap = cursor ?? held;
    const from = tap === null ? -1 : state.place[tap];
    const step = event.shiftKey ? 10 : 1;
    const actions = {
      ArrowLeft: () => visit(from - step), ArrowRight: () => visit(from + step), Home: () => visit(0), End: () => visit(taps - 1),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: whole,
      Enter: () => hold(cursor === held ? null : cursor), Escape: () => hold(null),
    };
    const action = actions[event.key];
    if (!action || event.target !== root) return;
    event.preventDefault();
    action();
  }

  // chips are the buttons that show and hide policies.
  function chips() {
    return data.policies.map((name, p) => {
      const chip = element("button", { type: "button", class: `chip policy-${style(p)}`, "aria-pressed": "true" }, sample(), name);
      chip.addEventListener("click", () => {
        state.shown[p] = !state.shown[p];
        chip.setAttribute("aria-pressed", String(state.shown[p]));
        build();
      });
      return chip;
    });
  }

  // controls lets the reader choose what is shown.
  function controls() {
    const select = document.getElementById("plot-measure");
    const views = document.getElementById("plot-view");
    select.append(...drawable.map((m, i) => element("option", { value: String(i) }, m.label)));
    select.addEventListener("change", () => { state.chosen = drawable[select.value]; build(); });
    views?.addEventListener("change", (event) => {
      state.view = event.target.value;
      select.disabled = state.view === "gain";
      build();
    });
    if (data.local && Object.keys(data.local.values).length < drawable.length) {
      for (const option of [...select.options].slice(1)) option.disabled = true;
    }
    const order = document.getElementById("plot-order");
    order.addEventListener("change", () => { state.severity = order.value === "severity"; build(); });
    document.getElementById("plot-policies").append(...chips());
    document.getElementById("plot-reset").addEventListener("click", whole);
  }

  function start() {
    if (!root) return;
    if (!taps || !data.policies.length) {
      root.replaceChildren(element("p", { class: "empty" }, "No tap was recorded in this run."));
      root.removeAttribute("tabindex");
      return;
    }
    controls();
    root.addEventListener("keydown", keyDown);
    root.addEventListener("blur", () => plot.setCursor({ left: -10, top: -10 }));
    new ResizeObserver(() => plot.setSize(size())).observe(root);
    theme.changed(build);
    build();
  }

  // show brings a tap into the plot and holds it there.
  function show(tap) {
    if (!plot) return;
    visit(state.place[tap]);
    hold(tap);
    root.focus({ preventScroll: true });
  }

  return { start, show };
})();
