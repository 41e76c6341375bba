"use strict";
// The parts of the model behind the plot: a tint in each band, and a ribbon above it with the part's name.

report.bands = (function () {
  const shades = { encoder: 0.1, tower: 0.18, pair: 0.3, decoder: 0.1, embedder: 0.22, heads: 0.14, outputs: 0.24 };

  // draw paints the bands of a plot; css gives the value of a style variable.
  function draw(u, css) {
    const { ctx, bbox } = u, ratio = devicePixelRatio;
    const height = 18 * ratio, top = bbox.top - height - 3 * ratio;
    const named = new Set(), widest = new Map();
    ctx.save();
    ctx.font = `${11 * ratio}px ${css("--sans")}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const { part, from, to } of data.bands) {
      const left = Math.max(bbox.left, u.valToPos(from + 0.5, "x", true));
      const right = Math.min(bbox.left + bbox.width, u.valToPos(to + 0.5, "x", true));
      if (right <= left) continue;
      const shade = shades[part] ?? 0.08;
      ctx.fillStyle = css("--band");
      ctx.globalAlpha = shade / 4;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.globalAlpha = shade;
      ctx.fillRect(left, top, right - left, height);
      ctx.globalAlpha = 1;
      ctx.fillStyle = css("--ink");
      if (ctx.measureText(part).width + 6 * ratio <= right - left) {
        ctx.fillText(part, (left + right) / 2, top + height / 2);
        named.add(part);
      }
      if (!widest.has(part) || right - left > widest.get(part).width) widest.set(part, { left, right, width: right - left });
    }
    // A part that found no room has its name above its widest band.
    const labels = [...widest].filter(([part]) => !named.has(part)).map(([part, { left, right }]) =>
      ({ part, x: (left + right) / 2, half: ctx.measureText(part).width / 2 + 3 * ratio }));
    spread(labels, bbox.left, bbox.left + bbox.width);
    for (const { part, x } of labels) ctx.fillText(part, x, top - 8 * ratio);
    ctx.restore();
  }

  // spread moves labels apart, first to the right and, where the space ends, back to the left.
  function spread(labels, from, to) {
    for (const label of labels) {
      label.x = Math.max(label.x, from + label.half);
      from = label.x + label.half;
    }
    for (const label of labels.reverse()) {
      label.x = Math.min(label.x, to - label.half);
      to = label.x - label.half;
    }
  }

  return { draw };
})();
