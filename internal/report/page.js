
"use strict";
const boxes = [...document.querySelectorAll("nav input")];
const findings = [...document.querySelectorAll(".finding")];

function show() {
  const wanted = new Set(boxes.filter(b => b.checked).map(b => b.value));
  let shown = 0;
  for (const f of findings) { f.hidden = !wanted.has(f.dataset.kind); shown += !f.hidden; }
  for (const r of document.querySelectorAll(".rule")) r.hidden = !r.querySelector(".finding:not([hidden])");
  for (const o of document.querySelectorAll(".operation")) {
    const note = o.querySelector(".filtered");
    if (!note) continue;
    const hidden = o.querySelectorAll(".finding[hidden]").length;
    note.hidden = hidden === 0;
    note.textContent = hidden + (hidden === 1 ? " more finding is" : " more findings are") + " filtered out";
    o.querySelector(".columns").hidden = !o.querySelector(".finding:not([hidden])");
  }
  document.getElementById("shown").textContent = shown + " of " + findings.length + " shown";
}

// A link to a finding shows it, whatever the filter says.
function follow() {
  const f = location.hash.startsWith("#f-") && document.getElementById(location.hash.slice(1));
  if (!f) return;
  const box = boxes.find(b => b.value === f.dataset.kind);
  if (!box.checked) { box.checked = true; show(); }
  f.tabIndex = -1;
  f.focus({preventScroll: true});
  f.scrollIntoView({block: "center"});
}

// ?show=breaking,risky opens the page filtered.
const asked = new URLSearchParams(location.search).get("show");
if (asked !== null) for (const b of boxes) b.checked = asked.split(",").includes(b.value);
for (const b of boxes) b.addEventListener("change", show);
addEventListener("hashchange", follow);
show();
follow();
