// Curves of many regions on one chart: each its own colour and dashes, the canton thick and black. A list of buttons below says which is
// which; pointing at one, or pressing it, leaves it in colour and the others grey.
//
// {kurven: {x: "Monate", werte: [{name, gesamt, punkte: [[x, y], …]}, …]}}

// Seven colours that people with any kind of colour vision tell apart (after Paul Tol's «muted»), dark enough on white (3:1).
const COLOURS = ["#332288", "#117733", "#c4566a", "#8a5a00", "#2a8a7c", "#882255", "#0072b2"];
const DASHES = ["solid", [9, 4], [2, 3], [9, 3, 2, 3]];
const BLACK = "#0b0c0c";
const GREY = "#c9cdcf";
const percent = (value) => `${(100 * value).toFixed(0)} %`;

function look(one, index) {
  if (one.gesamt) return { color: BLACK, width: 4, type: "solid" };
  return { color: COLOURS[index % COLOURS.length], width: 2, type: DASHES[Math.floor(index / COLOURS.length) % DASHES.length] };
}

// How each line looks while ``chosen`` (its place, or null) is in front; the canton stays to compare with.
function series(werte, chosen) {
  return werte.map((one, index) => {
    const own = look(one, index);
    const isBack = chosen !== null && chosen !== index && !one.gesamt;
    const lineStyle = isBack ? { ...own, color: GREY, width: 1 } : { ...own, width: own.width + (chosen === index && !one.gesamt ? 1.5 : 0) };
    return {
      name: one.name, type: "line", step: "end", showSymbol: false, data: one.punkte, lineStyle, itemStyle: { color: lineStyle.color },
      z: isBack ? 1 : one.gesamt ? 3 : 2 + (chosen === index ? 2 : 0), emphasis: { disabled: true },
    };
  });
}

export const HEIGHT = "400px";

export function option({ x, werte }) {
  return {
    tooltip: { trigger: "axis", valueFormatter: percent, confine: true },
    grid: { left: 56, right: 16, top: 16, bottom: 48 },
    xAxis: { type: "value", name: x, nameLocation: "middle", nameGap: 28 },
    yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: percent } },
    series: series(werte, null),
  };
}

function swatch(one, index) {
  const { color, width, type } = look(one, index);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 32 10");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const given = { d: "M0 5H32", stroke: color, "stroke-width": width, fill: "none", ...(type === "solid" ? {} : { "stroke-dasharray": type.join(" ") }) };
  for (const [name, value] of Object.entries(given)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

// The list below the chart; with one curve there is nothing to tell apart.
export function legend(box, chart, { werte }) {
  if (werte.length < 2) return;
  let pinned = null;
  const show = (chosen) => chart.setOption({ series: series(werte, chosen) });
  const list = Object.assign(document.createElement("ul"), { className: "ff-legende" });
  list.setAttribute("aria-label", "Kurve hervorheben");
  const buttons = werte.map((one, index) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(swatch(one, index), one.name);
    button.setAttribute("aria-pressed", "false");
    const rest = () => show(pinned);
    button.addEventListener("mouseenter", () => show(index));
    button.addEventListener("mouseleave", rest);
    button.addEventListener("focus", () => show(index));
    button.addEventListener("blur", rest);
    button.addEventListener("click", () => {
      pinned = pinned === index ? null : index;
      for (const [place, other] of buttons.entries()) other.setAttribute("aria-pressed", String(place === pinned));
      show(pinned);
    });
    return button;
  });
  for (const button of buttons) {
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  box.after(list);
}
