"use strict";
// What all parts of the page share: the data, how numbers are written, and how elements are made. Text from the
// results only ever enters the page through textContent.

const data = JSON.parse(document.getElementById("data").textContent);
const report = {};

// Infinities come as strings, because JSON has none.
const decode = (v) => (v === "inf" ? Infinity : v === "-inf" ? -Infinity : v);
for (const policies of Object.values(data.values)) {
  policies.forEach((taps, p) => { policies[p] = taps.map(decode); });
}

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

// explained is a measure's name with its help.
const explained = (measure) => [element("strong", {}, measure.label), `: ${measure.help} ${measure.causes}`];

// style is the index of a policy's colour and dash.
const style = (policy) => policy % data.dashes.length;

// sample is a short piece of a policy's line.
function sample() {
  return document.querySelector(".sample").cloneNode(true);
}

// policyCell shows a policy by its line and name.
function policyCell(policy) {
  return element("span", { class: `policy-cell policy-${style(policy)}`, title: data.policies[policy] }, sample(),
    element("span", {}, data.policies[policy]));
}

// tapLink is a tap's name that shows the tap in the plot.
function tapLink(tap) {
  return element("a", { class: "tap", href: "#layers", "data-tap": String(tap + 1) }, breakable(data.names[tap]));
}
