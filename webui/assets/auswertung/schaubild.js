// Charts. Each has a table with the same numbers beside it; without JavaScript there is only the table.
//
// <div data-schaubild='{…option of ECharts…}' role="img" aria-label="…">
import * as echarts from "echarts/core";
import { BarChart, BoxplotChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, BoxplotChart, LineChart, SankeyChart, ScatterChart, AriaComponent, DatasetComponent, GridComponent, LegendComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, SVGRenderer,
]);

const COLOURS = ["#17495c", "#0b6e99", "#8a4b00", "#0b5c41", "#a3142a", "#5b4b8a", "#484949"];
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function draw(box) {
  box.dataset.bereit = "ja"; // first: only then has the box a size, and some charts cannot be drawn without one
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption({ color: COLOURS, animation: !calm, textStyle: { fontFamily: "system-ui, sans-serif", fontSize: 14 }, ...JSON.parse(box.dataset.schaubild) });
  new ResizeObserver(() => chart.resize()).observe(box);
}

for (const box of document.querySelectorAll("[data-schaubild]")) {
  try {
    draw(box);
  } catch (error) {
    delete box.dataset.bereit; // the table stays, and so do the other charts
    reportError(error);
  }
}
