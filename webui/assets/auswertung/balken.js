// Bars of shares, one below the other, each as high as its name needs lines.
//
// {balken: {wort, werte: [{name, value (per cent), gesamt}, …]}}
const FONT = "13px system-ui, sans-serif";
const LINE = 16;
const APART = 10;
const AXIS = 56;
// Names get this share of the width, and no more than so many pixels.
const NAMES = 0.42;
const MOST = 380;
// From so many per cent on the whole is drawn.
const HIGH = 66;
// A narrow chart has room for these parts of its axis, each of one of these sizes; left to itself it leaves out the label at 0.
const NARROW = 500;
const PARTS = 2;
const STEPS = [1, 2, 5, 10, 15, 20, 25, 30, 50];
const COLOUR = "#0b6e99";
const WHOLE = "#0b0c0c";

const pen = document.createElement("canvas").getContext("2d");

// A name in as many lines as the width needs; a word that is too long for itself is broken after a slash or hyphen at best.
function lines(name, width) {
  pen.font = FONT;
  const found = [""];
  for (const word of name.split(/(?<=[ /-])/)) {
    const longer = found.at(-1) + word;
    if (found.at(-1) && pen.measureText(longer.trimEnd()).width > width) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found.map((line) => line.trim());
}

// All numbers of a chart with a decimal, or none.
const percents = (werte) => (value) => `${value.toFixed(werte.every((one) => Number.isInteger(one.value)) ? 0 : 1)} %`;

// The axis from 0 on.
function axis(most, width) {
  const isWhole = most > HIGH;
  if (width >= NARROW) return { max: isWhole ? 100 : null, splitNumber: 5 };
  const interval = isWhole ? 100 / PARTS : STEPS.find((step) => step * PARTS >= most) ?? STEPS.at(-1);
  return { max: interval * PARTS, interval };
}

export function option({ wort, werte }, width) {
  const room = Math.min(MOST, width * NAMES);
  const percent = percents(werte);
  const names = werte.map(({ name }) => lines(name, room));
  const row = LINE * Math.max(...names.map((one) => one.length)) + APART;
  const drawn = {
    tooltip: { confine: true, formatter: ({ dataIndex, value }) => `${werte[dataIndex].name}: ${percent(value)}` },
    grid: { left: room + 12, right: 64, top: 8, bottom: AXIS - 8 },
    xAxis: { type: "value", min: 0, ...axis(Math.max(...werte.map(({ value }) => value)), width), name: wort, nameLocation: "middle", nameGap: 28, axisLabel: { formatter: "{value} %", hideOverlap: true } },
    yAxis: { type: "category", inverse: true, data: names.map((one) => one.join("\n")), axisLabel: { interval: 0, fontSize: 13, lineHeight: LINE, width: room }, axisTick: { show: false } },
    series: [{ type: "bar", barMaxWidth: 20, label: { show: true, position: "right", fontSize: 13, formatter: ({ value }) => percent(value) }, data: werte.map(({ value, gesamt }) => ({ value, itemStyle: { color: gesamt ? WHOLE : COLOUR } })) }],
  };
  return { drawn, height: row * werte.length + AXIS };
}
