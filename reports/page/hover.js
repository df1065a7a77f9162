// Optional: shows the figures under the pointer. Without it the page is whole.
(() => {
  const figure = document.querySelector("figure.plot");
  const svg = figure && figure.querySelector("svg.wide");
  const out = figure && figure.querySelector("output");
  if (!svg || curve.length < 2) return;
  const box = svg.viewBox.baseVal;
  const [left, right, from, to] = ["left", "right", "from", "to"].map((name) => +figure.dataset[name]);
  const hair = svg.appendChild(document.createElementNS(svg.namespaceURI, "line"));
  hair.setAttribute("class", "hair");
  const show = (event) => {
    const rect = svg.getBoundingClientRect();
    const x = (event.clientX - rect.left) * box.width / rect.width;
    const t = from + (to - from) * (x - left) / (right - left);
    const i = curve.findLastIndex((p) => p[0] <= t);
    if (i < 0 || t > to) return hide();
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", 0], ["y2", box.height - 24]]) hair.setAttribute(name, value);
    const [at, offered, accepted, committed, backlog] = curve[i];
    const n = (v) => v.toLocaleString("en");
    out.textContent = `${at.toFixed(1)} s: ${n(offered)} offered, ${n(accepted)} accepted, ${n(committed)} committed, backlog ${n(backlog)}`;
    hair.style.display = "";
  };
  const hide = () => { out.textContent = ""; hair.style.display = "none"; };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerleave", hide);
})();
// Folded parts are open on paper, also in browsers whose style sheets cannot do it.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
