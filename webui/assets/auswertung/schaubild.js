// Charts. Each has a table with the same numbers beside it; without JavaScript there is only the table.
//
// <div data-schaubild='{…option of ECharts, or kurven, or balken…}' role="img" aria-label="…">
import * as echarts from "echarts/core";
import { BarChart, BoxplotChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import * as balken from "./balken.js";
import * as kurven from "./kurven.js";
import { tausender } from "./zahlen.js";

echarts.use([
  BarChart, BoxplotChart, LineChart, SankeyChart, ScatterChart, AriaComponent, DatasetComponent, GridComponent, LegendComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, SVGRenderer,
]);

const COLOURS = ["#17495c", "#0b6e99", "#8a4b00", "#0b5c41", "#a3142a", "#5b4b8a", "#484949"];
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// Options of ECharts as they are, or of one of the kinds that say only what is shown.
function drawn(box, given) {
  if (given.kurven) {
    box.style.height = kurven.HEIGHT;
    return kurven.option(given.kurven);
  }
  if (!given.balken) return { ...given, tooltip: { valueFormatter: tausender, ...given.tooltip } };
  const { drawn: bars, height } = balken.option(given.balken, box.clientWidth);
  box.style.height = `${height}px`;
  return bars;
}

function draw(box) {
  box.dataset.bereit = "ja"; // first: only then has the box a size, and some charts cannot be drawn without one
  const given = JSON.parse(box.dataset.schaubild);
  const option = drawn(box, given);
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption({ color: COLOURS, animation: !calm, textStyle: { fontFamily: "system-ui, sans-serif", fontSize: 14 }, ...option });
  if (given.kurven) kurven.legend(box, chart, given.kurven);
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (given.balken && box.clientWidth !== width) chart.setOption(drawn(box, given));
    width = box.clientWidth;
    chart.resize();
  }).observe(box);
}

for (const box of document.querySelectorAll("[data-schaubild]")) {
  try {
    draw(box);
  } catch (error) {
    delete box.dataset.bereit; // the table stays, and so do the other charts
    reportError(error);
  }
}
