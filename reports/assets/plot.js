"use strict";
// The error by layer. The vertical axis is the decimal logarithm, computed here, so that exact taps and infinite errors
// can have rows of their own below and above it.

report.plot = (function () {
  const root = document.getElementById("plot");
  const taps = data.names.length;
  const numbers = Array.from({ length: taps }, (_, i) => i + 1);
  const drawable = data.measures.filter((m) => m.draw);
  const shown = data.policies.map(() => true);
  let measure = drawable[0];
  let rows; // {low, high, exact, infinite, bottom, top}
  let plot = null;
  let cursor = null; // tap under the cursor, or null
  let view = { min: 0.5, max: taps + 0.5 }; // horizontal window, in tap numbers
  let held = null; // tap that stays when the cursor leaves

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const color = (policy) => css(`--policy-${style(policy)}`);

  // magnitude is what is drawn of a value: 0 where the tap is exact, null where there is nothing to draw.
  function magnitude(v) {
    if (v === null) return null;
    return measure.draw === "log-rest" ? 1 - v : Math.abs(v);
  }

  // place finds the rows of the vertical axis for the policies that are shown.
  function place() {
    let low = Infinity, high = -Infinity, exact = false, infinite = false;
    data.values[measure.key].forEach((values, p) => {
      if (!shown[p]) return;
      for (const value of values) {
        const v = magnitude(value);
        if (v === null) continue;
        exact ||= v === 0;
        infinite ||= v === Infinity;
        if (v > 0 && v < Infinity) { low = Math.min(low, v); high = Math.max(high, v); }
      }
    });
    low = low === Infinity ? -3 : Math.floor(Math.log10(low));
    high = high === -Infinity ? 0 : Math.ceil(Math.log10(high));
    if (high === low) high++;
    const gap = 0.07 * (high - low);
    rows = { low, high, exact: low - gap, infinite: high + gap, hasExact: exact, hasInfinite: infinite,
      bottom: exact ? low - 1.7 * gap : low, top: infinite ? high + 1.7 * gap : high };
  }

  // series gives for each policy its line and its points in the extra rows. undefined joins its neighbours, null is a gap.
  function series() {
    const lines = [], extras = [];
    const apart = 0.03 * (rows.high - rows.low) / data.policies.length;
    data.values[measure.key].forEach((values, p) => {
      const line = new Array(taps), extra = new Array(taps).fill(null);
      values.forEach((value, i) => {
        const v = magnitude(value);
        if (v === 0) {
          extra[i] = rows.exact + apart * ((data.policies.length - 1) / 2 - p);
          line[i] = undefined;
        } else if (v === Infinity) {
          extra[i] = rows.infinite;
          line[i] = null;
        } else {
          line[i] = v === null ? null : Math.log10(v);
        }
      });
      lines.push(line);
      extras.push(extra);
    });
    return [numbers, ...lines, ...extras];
  }

  // ticks are whole decades, finer where only a few are in view, and the extra rows.
  function ticks(u, axis, min, max) {
    const from = Math.max(min, rows.low), to = Math.min(max, rows.high);
    const span = to - from, at = [];
    const digits = span > 3.2 ? [1] : span > 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const step = Math.max(1, Math.ceil(span / (u.bbox.height / devicePixelRatio / 30)));
    for (let d = Math.floor(from); d <= Math.ceil(to); d++) {
      if ((d - rows.low) % step) continue;
      for (const digit of digits) at.push(d + Math.log10(digit));
    }
    while (at.at(-1) > to) at.pop();
    if (rows.hasExact) at.push(rows.exact);
    if (rows.hasInfinite) at.push(rows.infinite);
    return at.filter((v) => v >= min && v <= max).sort((a, b) => a - b);
  }
  const tickText = (v) => (v === rows.exact ? "exact" : v === rows.infinite ? "∞" : format.error(10 ** v, 1));

  // drawThreshold is the dashed line at the relative L2 that the answer names.
  function drawThreshold(u) {
    if (measure.key !== "relative_l2") return;
    const { ctx, bbox } = u, ratio = devicePixelRatio;
    const y = Math.round(u.valToPos(Math.log10(data.threshold), "y", true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.save();
    ctx.strokeStyle = css("--quiet");
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
      if (!shown[p]) return;
      ctx.strokeStyle = color(p);
      for (const tap of list) {
        const x = u.valToPos(tap + 1, "x", true), y = bbox.top + (9 + 10 * p) * ratio;
        ctx.beginPath();
        ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm);
        ctx.moveTo(x - arm, y + arm); ctx.lineTo(x + arm, y - arm);
        ctx.stroke();
      }
    });
    if (held !== null) {
      const x = Math.round(u.valToPos(held + 1, "x", true)) + 0.5;
      ctx.strokeStyle = css("--ink");
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  // tip is the small box beside the cursor.
  const tip = element("div", { class: "tip", hidden: true });
  function showTip(u) {
    const tap = u.cursor.idx;
    if (tap === null || tap === undefined || u.cursor.left < 0) {
      tip.hidden = true;
      return;
    }
    const values = data.values[measure.key];
    tip.replaceChildren(element("b", {}, breakable(data.names[tap])), ...data.policies.map((name, p) =>
      shown[p] ? element("span", { class: `policy-${style(p)}` }, sample(), name, element("i", {}, written(measure, values[p][tap]))) : null).filter(Boolean));
    tip.hidden = false;
    const left = u.over.offsetLeft + u.cursor.left;
    const right = left > root.clientWidth / 2;
    tip.style.left = right ? "" : `${left + 14}px`;
    tip.style.right = right ? `${root.clientWidth - left + 14}px` : "";
    const top = u.over.offsetTop + (u.cursor.top < u.over.clientHeight / 2 ? u.over.clientHeight - tip.offsetHeight - 10 : 10);
    tip.style.top = `${top}px`;
  }

  // moved follows the mouse and setCursor.
  function moved(u) {
    showTip(u);
    const inside = u.cursor.left >= 0 && u.cursor.idx !== null && u.cursor.idx !== undefined;
    cursor = inside ? u.cursor.idx : null;
    if (inside && held === null) report.inspector.show(cursor);
  }

  function size() {
    const width = Math.max(280, root.clientWidth);
    return { width, height: width < 600 ? 340 : 460 };
  }

  // build makes the plot anew for the measure and the policies that are shown.
  function build() {
    plot?.destroy();
    place();
    const line = (p) => ({ label: data.policies[p], stroke: () => color(p), width: 1.4, dash: data.dashes[style(p)], points: { size: 4 }, show: shown[p] });
    const extra = (p) => ({ ...line(p), paths: () => null, points: { show: true, size: 5, fill: () => color(p) } });
    const axis = { stroke: () => css("--ink"), font: `12px ${css("--sans")}`, labelFont: `12px ${css("--sans")}`, labelSize: 18,
      ticks: { stroke: () => css("--rule"), width: 1, size: 5 }, grid: { stroke: () => css("--rule"), width: 1 } };
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
        { ...axis, label: "tap", grid: { show: false }, size: 34, values: (u, at) => at.map((v) => (Number.isInteger(v) && v > 0 ? format.count(v) : "")) },
        { ...axis, label: measure.draw === "log-rest" ? `1 − ${measure.label}` : measure.label, size: 56, splits: ticks, values: (u, at) => at.map(tickText) },
      ],
      series: [{}, ...data.policies.map((_, p) => line(p)), ...data.policies.map((_, p) => extra(p))],
      hooks: {
        drawClear: [(u) => report.bands.draw(u, css)],
        drawAxes: [drawThreshold],
        draw: [drawMarks],
        setCursor: [moved],
        setScale: [scaled],
      },
    }, series(), root);
    plot.setScale("x", view);
    plot.over.addEventListener("click", () => hold(cursor === held ? null : cursor));
    plot.over.addEventListener("dblclick", whole);
    root.append(tip);
    document.getElementById("plot-help").replaceChildren(...explained(measure));
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
    const centre = (cursor ?? held ?? Math.round((min + max) / 2) - 1) + 1;
    const width = Math.min(Math.max((max - min) * factor, 4), taps);
    const from = centre - width * (centre - min) / (max - min);
    lookFrom(from, width);
  }

  // lookFrom moves a window of a given width to a place inside of the taps.
  function lookFrom(from, width) {
    from = Math.min(Math.max(from, 0.5), taps + 0.5 - width);
    look(from, from + width);
  }

  // visit moves the cursor to a tap, and the window with it where needed.
  function visit(tap) {
    tap = Math.min(Math.max(tap, 0), taps - 1);
    const { min, max } = view;
    if (tap + 1 < min || tap + 1 > max) lookFrom(tap + 1 - (max - min) / 2, max - min);
    held = null;
    cursor = tap;
    setTimeout(() => { // after uPlot has taken over the window
      plot.setCursor({ left: plot.valToPos(tap + 1, "x"), top: plot.over.clientHeight / 2 });
      document.getElementById("plot-live").textContent = `${data.names[tap]}: ` + data.policies.map((name, p) =>
        `${name} ${written(measure, data.values[measure.key][p][tap])}`).join(", ");
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
    const at = cursor ?? held ?? -1;
    const step = event.shiftKey ? 10 : 1;
    const actions = {
      ArrowLeft: () => visit(at - step), ArrowRight: () => visit(at + step), Home: () => visit(0), End: () => visit(taps - 1),
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
        shown[p] = !shown[p];
        chip.setAttribute("aria-pressed", String(shown[p]));
        build();
      });
      return chip;
    });
  }

  function start() {
    if (!taps || !data.policies.length) {
      root.replaceChildren(element("p", { class: "empty" }, "No tap was recorded in this run."));
      root.removeAttribute("tabindex");
      return;
    }
    const select = document.getElementById("plot-measure");
    select.append(...drawable.map((m, i) => element("option", { value: String(i) }, m.label)));
    select.addEventListener("change", () => { measure = drawable[select.value]; build(); });
    document.getElementById("plot-policies").append(...chips());
    document.getElementById("plot-reset").addEventListener("click", whole);
    root.addEventListener("keydown", keyDown);
    root.addEventListener("blur", () => plot.setCursor({ left: -10, top: -10 }));
    new ResizeObserver(() => plot.setSize(size())).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, build);
    build();
  }

  // show brings a tap into the plot and holds it there.
  function show(tap) {
    visit(tap);
    hold(tap);
    root.focus({ preventScroll: true });
  }

  return { start, show };
})();
