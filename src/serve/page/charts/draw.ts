import type { EChartsOption } from "echarts";
import { SIZES, type Size } from "./chart.ts";

/** Takes some 50 MB of memory and a tenth of a second, so it is loaded when the first chart is asked for. */
async function loadLibrary() {
  const [echarts, { SVGRenderer }] = await Promise.all([
    import("echarts/core"),
    import("echarts/renderers"),
    // One by one: echarts/charts and echarts/components bring all there are, and twice the memory.
    import("echarts/lib/chart/line"),
    import("echarts/lib/chart/bar"),
    import("echarts/lib/component/gridSimple"),
    import("echarts/lib/component/markArea"),
  ]);
  echarts.use([SVGRenderer]);
  return echarts;
}

let library: ReturnType<typeof loadLibrary> | undefined;

/** Draws a chart as the text of an SVG image, without anything that a strict Content-Security-Policy forbids. */
export async function drawSvg(option: EChartsOption, size: Size): Promise<string> {
  library ??= loadLibrary();
  const echarts = await library;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...SIZES[size] });
  try {
    chart.setOption({ ...option });
    return withoutStyles(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/**
 * Turns style attributes into the attributes of the same names, and drops the style sheet: it is for pointers that
 * hover, and an image has none. Text cannot look like either, for it is escaped.
 */
function withoutStyles(svg: string): string {
  return svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, "")
    .replace(/ class="[^"]*"/g, "")
    .replace(/ style="([^"]*)"/g, (_, style: string) =>
      style
        .split(";")
        .filter((part) => part.includes(":"))
        .map(
          (part) =>
            ` ${part.slice(0, part.indexOf(":")).trim()}="${part.slice(part.indexOf(":") + 1).trim()}"`,
        )
        .join(""),
    );
}
