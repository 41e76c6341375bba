"use strict";
// What all parts of the page share: the data, how numbers are written, and how elements are made. Text from the
// results only ever enters the page through textContent.

const data = JSON.parse(document.getElementById("data").textContent);
const report = {};

// Infinities come as strings, because JSON has none.
const decode = (v) => (v === "inf" ? Infinity : v === "-inf" ? -Infinity : v);
const decodePolicies = (policies) => policies.forEach((taps, p) => { policies[p] = taps.map(decode); });
Object.values(data.values).forEach(decodePolicies);
if (data.local) [...Object.values(data.local.values), data.local.gain].forEach(decodePolicies);

// element makes an element with attributes and children; children that are strings become text.
function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.filter((c) => c !== undefined && c !== null));
  return e;
}

// breakable is a name that may break after slashes, colons and underscores.
function breakable(name) {
  const parts = document.createDocumentFragment();
  for (const part of name.split(/(?<=[/:_])/)) {
    if (parts.hasChildNodes()) parts.append(document.createElement("wbr"));
    parts.append(part);
  }
  return parts;
}

// format writes numbers by the kind of their measure.
const format = {
  error(v, digits = 3) {
    if (v === null || v === undefined) return "undefined";
    if (!isFinite(v)) return v > 0 ? "∞" : "−∞";
    if (v === 0) return "0";
    return v.toExponential(digits - 1).replace("e+", "e");
  },
  signed(v) {
    if (v === null || !isFinite(v) || v === 0) return format.error(v);
    return (v > 0 ? "+" : "−") + format.error(Math.abs(v));
  },
  share(v) {
    if (v === null) return "undefined";
    if (v === 0 || v === 1) return `${100 * v} %`;
    if (v < 1e-4) return "< 0.01 %";
    if (v > 0.9999) return "> 99.99 %";
    return `${(100 * v).toFixed(v < 0.1 || v > 0.99 ? 2 : 1)} %`;
  },
  percent(v) { // a share that may be negative or above one
    if (v === null || !isFinite(v)) return format.error(v);
    const digits = v !== 0 && Math.abs(v) < 1e-3 ? 2 : 1;
    return `${(100 * v).toFixed(digits).replace(/^-(0\.0+)$/, "$1").replace("-", "−")} %`;
  },
  factor(v) {
    if (v === null || !isFinite(v) || v >= 1e4 || (v !== 0 && v < 1e-2)) return format.error(v);
    return v.toFixed(v < 10 ? 2 : v < 100 ? 1 : 0);
  },
  count(v) {
    return v === null ? "undefined" : v.toLocaleString("en-US");
  },
  value(v) {
    if (v === null || !isFinite(v)) return format.error(v);
    if (v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e6)) return format.error(v, 4).replace(/^-/, "−");
    return String(Number(v.toPrecision(5))).replace(/^-/, "−");
  },
};

// written is the value of a measure as text.
const written = (measure, v) => format[measure.format](v);

// powerOfTwo writes 2 to an integer.
const powerOfTwo = (e) => `2${String(e).replace(/./g, (c) => ({ "-": "⁻", 1: "¹", 2: "²", 3: "³" })[c] ?? String.fromCharCode(0x2070 + Number(c)))}`;

// explained is a measure's name with its help.
const explained = (measure) => [element("strong", {}, measure.label), `: ${measure.help} ${measure.causes}`];

// helpOf is the help of a term of the glossary.
const helpOf = (key) => `${data.terms[key].help} ${data.terms[key].causes}`;

// theme gives the page's colours to plots, and asks for a new drawing when they change.
const theme = {
  css: (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
  policy: (policy) => theme.css(`--policy-${style(policy)}`),
  axis: () => ({ stroke: () => theme.css("--ink"), font: `12px ${theme.css("--sans")}`, labelFont: `12px ${theme.css("--sans")}`, labelSize: 18,
    ticks: { stroke: () => theme.css("--rule"), width: 1, size: 5 }, grid: { stroke: () => theme.css("--rule"), width: 1 } }),
  changed(redraw) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, redraw);
  },
};

// decadeTicks are whole powers of ten between two decimal logarithms, with 2 and 5 where few decades are in view.
function decadeTicks(from, to, height) {
  const span = to - from, at = [];
  const digits = span > 3.2 ? [1] : span > 1 ? [1, 2, 5] : span > 0.6 ? [1, 2, 3, 5, 7] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const step = Math.max(1, Math.ceil(span / (height / 30)));
  for (let d = Math.floor(from); d <= Math.ceil(to); d++) {
    if ((d - Math.floor(from)) % step) continue;
    for (const digit of digits) at.push(d + Math.log10(digit));
  }
  return at.filter((v) => v >= from && v <= to);
}

// style is the index of a policy's colour and dash.
const style = (policy) => policy % data.dashes.length;

// sample is a short piece of a policy's line.
function sample() {
  return document.getElementById("sample").content.firstElementChild.cloneNode(true);
}

// policyCell shows a policy by its line and name.
function policyCell(policy) {
  return element("span", { class: `policy-cell policy-${style(policy)}`, title: data.policies[policy] }, sample(),
    element("span", {}, data.policies[policy]));
}

// tapLink is a tap's name that shows the tap in the plot.
function tapLink(tap) {
  if (!document.getElementById("layers")) return element("code", {}, breakable(data.names[tap]));
  return element("a", { class: "tap", href: "#layers", "data-tap": String(tap + 1) }, breakable(data.names[tap]));
}
