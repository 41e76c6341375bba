"use strict";
// The tables of the page, and the start of everything.

const measureOf = (key) => data.measures.find((m) => m.key === key);
const tapColumn = { title: "Tap", help: "The tap’s name; in execution order when sorted.", class: "tap-cell", value: (row) => row.tap, cell: (row) => tapLink(row.tap) };
const policyColumn = { title: "Policy", help: "The precision policy.", value: (row) => data.policies[row.policy], cell: (row) => policyCell(row.policy) };

// measureColumn shows a measure of a row's tap under its policy.
function measureColumn(key, extra = "") {
  const measure = measureOf(key);
  return {
    title: measure.label, help: `${measure.help} ${measure.causes}`, class: `number ${extra}`.trim(),
    value: (row) => sortable(measure, data.values[key][row.policy][row.tap]),
    cell: (row) => written(measure, data.values[key][row.policy][row.tap]),
  };
}

// sortable is what a value is sorted by: signed values by magnitude.
const sortable = (measure, v) => (v !== null && measure.format === "signed" ? Math.abs(v) : v);

function worstTable() {
  if (!document.getElementById("worst-table")) return;
  const rows = [];
  data.names.forEach((_, tap) => data.policies.forEach((_, policy) => rows.push({ tap, policy })));
  let part = 0, policy = 0;
  const parts = [...new Set(data.parts)];
  const columns = [
    tapColumn, { ...policyColumn },
    { title: "Part", help: "Part of the model.", class: "middle", value: (row) => data.parts[row.tap], cell: (row) => data.parts[row.tap] },
    measureColumn("relative_l2"), measureColumn("relative_linf", "wide"), measureColumn("max_absolute", "middle"), measureColumn("bias", "wide"),
    measureColumn("within_1e-2", "narrow-hide"), measureColumn("bit_identical", "narrow-hide"), measureColumn("max_ulp", "middle"), measureColumn("one_minus_cosine", "wide"),
  ];
  const table = report.table(document.getElementById("worst-table"), columns, {
    label: "Worst taps", rows, limit: 20, sortBy: 3, descending: true,
    search: (row) => `${data.names[row.tap]} ${data.policies[row.policy]}`,
    filters: [
      report.choice("Policy", ["all", ...data.policies], (i) => { policy = i; table.draw(); }),
      report.choice("Part", ["all", ...parts], (i) => { part = i; table.draw(); }),
    ],
    keep: (row) => (policy === 0 || row.policy === policy - 1) && (part === 0 || data.parts[row.tap] === parts[part - 1]),
  });
}

function outputsTable() {
  if (!document.getElementById("outputs-table")) return;
  let measure = data.measures[0];
  const help = element("p", { class: "hint" });
  const explain = () => help.replaceChildren(...explained(measure));
  const columns = [
    { ...tapColumn, title: "Output" },
    { title: "Shape", help: "Axes of the whole tensor.", class: "middle", value: (row) => data.shapes[row.tap], cell: (row) => data.shapes[row.tap] },
    ...data.policies.map((name, p) => ({
      title: name, help: "Sort by this policy.", class: "number",
      value: (row) => sortable(measure, data.values[measure.key][p][row.tap]),
      cell: (row) => written(measure, data.values[measure.key][p][row.tap]),
    })),
  ];
  const root = document.getElementById("outputs-table");
  const table = report.table(root, columns, {
    label: "Outputs and tracks", rows: data.outputs.map((tap) => ({ tap })), search: (row) => data.names[row.tap], empty: "No output was recorded.",
    filters: [report.choice("Show", data.measures.map((m) => m.label), (i) => { measure = data.measures[i]; explain(); table.draw(); })],
  });
  explain();
  root.append(help);
}

function junctionsTable() {
  const root = document.getElementById("junctions-table");
  if (!root) return;
  const { imposed, positions, rows } = data.junctions;
  document.getElementById("junctions-positions").append(...positions.map(({ policy, same, total }) => element("li", {},
    element("strong", {}, policy), same === 1 ? ` picks the same ${format.count(total)} entries as the reference.` :
      ` picks ${format.share(same)} of ${format.count(total)} entries as the reference does.`)));
  const pair = (group, at) => [
    { title: "relative L2", group, help: measureOf("relative_l2").help, class: "number", value: (row) => decode(row.cells[at]?.relative_l2 ?? null), cell: (row) => (row.cells[at] ? format.error(decode(row.cells[at].relative_l2)) : "–") },
    { title: "same bits", group, help: measureOf("bit_identical").help, class: "number", value: (row) => row.cells[at]?.same ?? null, cell: (row) => (row.cells[at] ? format.share(row.cells[at].same) : "–") },
  ];
  report.table(root, [
    { title: "Value", help: "A value of the junction head.", class: "tap-cell", value: (row) => row.tap, cell: (row) => {
      const tap = data.names.indexOf(row.tap);
      return tap >= 0 ? tapLink(tap) : element("code", {}, breakable(row.tap));
    } },
    policyColumn, ...pair("as the policy ran", 0), ...imposed.flatMap((what, i) => pair(`imposed: ${what}`, i + 1)),
  ], { label: "Splice junctions", rows, limit: 20 });
  if (!imposed.length) root.append(element("p", { class: "hint" }, "This run has no replay with imposed positions."));
}

function nonFiniteTable() {
  if (!document.getElementById("non-finite-table")) return;
  const words = { created: "created here", inherited: "inherited", reference: "as in the reference", "": "of unknown origin" };
  const order = ["created", "inherited", "", "reference"];
  const sum = (side) => side.nan + side.positive_infinity + side.negative_infinity;
  const counts = (side) => [[side.nan, "NaN"], [side.positive_infinity, "+∞"], [side.negative_infinity, "−∞"]]
    .filter(([n]) => n).map(([n, what]) => `${format.count(n)} ${what}`).join(", ") || "none";
  const every = data.policies.length;
  report.table(document.getElementById("non-finite-table"), [
    tapColumn,
    { title: "Origin", help: "Where the values come from.", value: (row) => order.indexOf(row.origin), cell: (row) => element("strong", {}, words[row.origin] ?? row.origin) },
    { title: "Policies", help: "Policies with these counts.", value: (row) => row.policies.length, cell: (row) => (row.policies.length === every && every > 1 ? "all" :
      element("span", {}, ...row.policies.map(policyCell))) },
    { title: "Under the policy", help: "Non-finite elements.", class: "number", value: (row) => sum(row.test), cell: (row) => counts(row.test) },
    { title: "First at", help: "Index of the first one, along the axes of the shape.", class: "number narrow-hide", value: (row) => row.test.first, cell: (row) => row.test_at || "–" },
    { title: "In the reference", help: "Non-finite elements of the reference.", class: "number", value: (row) => sum(row.reference), cell: (row) => counts(row.reference) },
  ], { label: "NaN and infinite values", rows: data.non_finite, limit: 20, empty: "All values are finite, under every policy and in the reference." });
}

// Everything with data-tap shows its tap in the plot; as a link it leads there too, and the browser's Back leads back.
document.addEventListener("click", (event) => {
  const at = event.target.closest("[data-tap]");
  if (at) report.plot.show(Number(at.dataset.tap) - 1);
});

document.getElementById("copy")?.addEventListener("click", async (event) => {
  const text = document.getElementById("command").textContent;
  try {
    await navigator.clipboard.writeText(text);
    event.target.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(document.getElementById("command"));
    event.target.textContent = "Press Ctrl-C";
  }
  setTimeout(() => { event.target.textContent = "Copy"; }, 2000);
});

report.ablation.start();
report.search.start();
report.sweep.start();
report.inspector.start();
report.plot.start();
verdictsTable();
worstTable();
outputsTable();
junctionsTable();
nonFiniteTable();
accidentsTables();
