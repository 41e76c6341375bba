"use strict";
// What the plot by layer shows: the kind of error (accumulated, local, both or the gain), the measure, the order of the
// taps and the policies that are shown. A place is a tap's position in the current order.

report.layers = (function () {
  const taps = data.names.length;
  const drawable = data.measures.filter((m) => m.draw);
  const gain = { ...data.terms.gain, key: "gain" };
  const execution = Array.from({ length: taps }, (_, i) => i);
  const state = { view: "accumulated", chosen: drawable[0], severity: false, shown: data.policies.map(() => true), order: execution, place: execution };

  // measure is what is drawn.
  const measure = () => (state.view === "gain" ? gain : state.chosen);

  // lines are the values that are joined by lines, by policy and tap; dots those that are not.
  function lines() {
    if (state.view === "gain") return data.local.gain;
    return (state.view === "local" ? data.local : data).values[state.chosen.key];
  }
  const dots = () => (state.view === "both" ? data.local.values[state.chosen.key] : null);

  // magnitude is what is drawn of a value: 0 where the tap is exact, null where there is nothing to draw.
  function magnitude(v) {
    if (v === null || v === undefined) return null;
    return state.chosen.draw === "log-rest" && state.view !== "gain" ? 1 - v : Math.abs(v);
  }

  // arrange orders the taps: as they are computed, or by the largest value under the policies that are shown.
  function arrange() {
    if (state.severity) {
      const worst = execution.map((tap) => Math.max(-1, ...lines().map((values, p) => (state.shown[p] ? magnitude(values[tap]) ?? -1 : -1))));
      state.order = execution.slice().sort((a, b) => worst[b] - worst[a] || a - b);
    } else {
      state.order = execution;
    }
    state.place = new Array(taps);
    state.order.forEach((tap, place) => { state.place[tap] = place; });
  }

  // rows finds the rows of the vertical axis for the policies that are shown.
  function rows() {
    let low = Infinity, high = -Infinity, exact = false, infinite = false;
    for (const policies of [lines(), dots() ?? []]) {
      policies.forEach((values, p) => {
        if (!state.shown[p]) return;
        for (const value of values) {
          const v = magnitude(value);
          if (v === null) continue;
          exact ||= v === 0;
          infinite ||= v === Infinity;
          if (v > 0 && v < Infinity) { low = Math.min(low, v); high = Math.max(high, v); }
        }
      });
    }
    low = low === Infinity ? -3 : Math.floor(Math.log10(low));
    high = high === -Infinity ? 0 : Math.ceil(Math.log10(high));
    if (high === low) high++;
    const gap = 0.07 * (high - low);
    return { low, high, exact: low - gap, infinite: high + gap, hasExact: exact, hasInfinite: infinite,
      bottom: exact ? low - 1.7 * gap : low, top: infinite ? high + 1.7 * gap : high };
  }

  // series gives what uPlot draws: the places, then for each policy its line, then its points: local errors, and what is in
  // the extra rows. undefined joins its neighbours, null is a gap. A tap without a local error is no gap.
  function series(at) {
    const apart = 0.03 * (at.high - at.low) / data.policies.length;
    const sparse = state.view !== "accumulated" && state.view !== "both";
    const height = (v, p) => {
      if (v === 0) return at.exact + apart * ((data.policies.length - 1) / 2 - p);
      return v === Infinity ? at.infinite : Math.log10(v);
    };
    const joined = lines().map((values, p) => state.order.map((tap) => {
      const v = magnitude(values[tap]);
      if (v === null) return sparse ? undefined : null;
      return v === 0 ? undefined : v === Infinity ? null : height(v, p);
    }));
    const points = lines().map((values, p) => state.order.map((tap) => {
      const v = magnitude(dots() ? dots()[p][tap] : values[tap]);
      if (v === null) return null;
      return v === 0 || v === Infinity || dots() || sparse ? height(v, p) : null;
    }));
    return [execution.map((place) => place + 1), ...joined, ...points];
  }

  return { state, drawable, measure, lines, dots, arrange, rows, series, taps };
})();
