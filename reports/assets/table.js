"use strict";
// A table that sorts by each column and filters by text. Rows are kept as data; only those that are shown are in the
// page, so that thousands of rows cost nothing.
//
// columns: [{title, group, help, class, value(row), cell(row)}]; value gives what is sorted by (null last), cell a node
// or text; neighbours of the same group get a common title above theirs.
// options: {rows, limit, sortBy, descending, search(row), filters: [element], keep(row), empty}

report.table = function (root, columns, options) {
  const body = element("tbody");
  const count = element("output", { "aria-live": "polite" });
  const more = element("button", { type: "button", class: "more", hidden: true });
  let sortBy = options.sortBy ?? -1;
  let descending = options.descending ?? false;
  let all = false;
  let terms = [];

  const heads = columns.map((column, i) => {
    const button = element("button", { type: "button", title: column.help }, breakable(column.title));
    button.addEventListener("click", () => {
      const first = column.class?.includes("number") ?? false; // figures: largest first
      descending = sortBy === i ? !descending : first;
      sortBy = i;
      draw();
    });
    return element("th", { scope: "col", class: column.class }, button);
  });

  const controls = element("div", { class: "controls" });
  if (options.search) {
    const input = element("input", { type: "search", placeholder: "Filter, for example mha softmax", "aria-label": "Filter by name" });
    input.addEventListener("input", () => {
      terms = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      draw();
    });
    controls.append(input);
  }
  controls.append(...(options.filters ?? []), count);

  function compare(a, b) {
    const x = columns[sortBy].value(a), y = columns[sortBy].value(b);
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
    return descending ? -order : order;
  }

  function draw() {
    let rows = options.rows;
    if (options.keep) rows = rows.filter(options.keep);
    if (terms.length) {
      rows = rows.filter((row) => {
        const text = options.search(row).toLowerCase();
        return terms.every((term) => text.includes(term));
      });
    }
    if (sortBy >= 0) rows = rows.slice().sort(compare);
    const limit = all ? Infinity : options.limit ?? Infinity;
    body.replaceChildren(...rows.slice(0, limit).map((row) =>
      element("tr", {}, ...columns.map((column) => element("td", { class: column.class }, column.cell(row))))));
    if (!rows.length) {
      body.append(element("tr", {}, element("td", { class: "empty", colspan: String(columns.length) }, options.empty ?? "No row matches.")));
    }
    heads.forEach((head, i) => {
      if (i === sortBy) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const shown = Math.min(limit, rows.length);
    count.textContent = shown < rows.length ? `${format.count(shown)} of ${format.count(rows.length)} rows` : `${format.count(rows.length)} row${rows.length === 1 ? "" : "s"}`;
    more.hidden = rows.length <= (options.limit ?? Infinity);
    more.textContent = all ? `Show ${options.limit} rows` : `Show all ${format.count(rows.length)} rows`;
  }
  more.addEventListener("click", () => { all = !all; draw(); });

  // groups is the row of common titles, if there is any.
  function groups() {
    if (!columns.some((column) => column.group)) return null;
    const cells = [];
    columns.forEach((column, i) => {
      if (i && column.group && column.group === columns[i - 1].group) {
        const last = cells.at(-1);
        last.colSpan += 1;
        last.setAttribute("scope", "colgroup");
      } else {
        cells.push(column.group ? element("th", { scope: "col", class: "group" }, column.group) : element("td"));
      }
    });
    return element("tr", {}, ...cells);
  }

  const table = element("table", {}, element("thead", {}, groups(), element("tr", {}, ...heads)), body);
  const scroll = element("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": options.label }, table);
  root.replaceChildren(controls, scroll, more);
  draw();
  return { draw };
};

// choice is a labelled list to choose from; changed gets the index of the choice.
report.choice = function (title, names, changed) {
  const select = element("select", {}, ...names.map((name, i) => element("option", { value: String(i) }, name)));
  select.addEventListener("change", () => changed(Number(select.value)));
  return element("label", {}, `${title} `, select);
};
