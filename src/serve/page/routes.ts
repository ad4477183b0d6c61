import { readFile } from "node:fs/promises";
import { type Context, Hono } from "hono";
import { ConnectorError } from "../../errors.ts";
import { share } from "../health/share.ts";
import type { StatusDocument } from "../status/document.ts";
import { SIZES, type Size, THEMES } from "./charts/chart.ts";
import { listDailyCharts } from "./charts/daily-charts.ts";
import { drawSvg } from "./charts/draw.ts";
import { listRunCharts } from "./charts/run-charts.ts";
import { drawIcon } from "./icon.ts";
import { type PageCharts, RELOADING, showOutage, showPage } from "./page.ts";

/** Long enough for the charts of a page to come from the reading that the page came from. */
const KEPT_MS = 2000;
const STYLE_SHEETS = ["colors", "page", "facts", "tables", "figures"];
const CHART = /^([a-z]+(?:-\d)?)-(small|medium|large)-(light|dark)\.svg$/;

/** A reading of the state with all that is made from it. */
interface View {
  readonly document: StatusDocument;
  readonly charts: PageCharts;
  readonly drawings: Map<string, Promise<string>>;
}

/**
 * The status page: `/`, its style sheet, its charts and, for programs, `/status.json`. However many ask, `read` is called
 * once at a time, and not again within two seconds.
 */
export function pageRoutes(read: () => Promise<StatusDocument>): Hono {
  const view = share(async () => makeView(await read()), KEPT_MS);
  let styleSheet: Promise<string> | undefined;
  const app = new Hono();
  app.get("/", (context) =>
    answer(context, showOutagePage, async () => {
      const { document, charts } = await view();
      return context.html(showPage(document, charts, reloads(context)));
    }),
  );
  app.get("/status.json", (context) =>
    answer(context, tellOutage, async () =>
      context.body(JSON.stringify((await view()).document, null, 2), 200, JSON_TYPE),
    ),
  );
  app.get("/page.css", async (context) => {
    styleSheet ??= readStyleSheet();
    return context.body(await styleSheet, 200, { "content-type": "text/css; charset=utf-8" });
  });
  app.get("/:file{icon-[a-z]+\\.svg}", (context) => {
    const svg = drawIcon(context.req.param("file").slice("icon-".length, -".svg".length));
    return svg === undefined ? context.notFound() : context.body(svg, 200, SVG_TYPE);
  });
  app.get("/charts/:file", (context) =>
    answer(context, showOutagePage, async () => {
      const svg = await findDrawing(await view(), context.req.param("file"));
      return svg === undefined ? context.notFound() : context.body(svg, 200, SVG_TYPE);
    }),
  );
  return app;
}

/** One answer made of several files, in the order in which they build on each other. */
async function readStyleSheet(): Promise<string> {
  const parts = STYLE_SHEETS.map((name) => readFile(new URL(`style/${name}.css`, import.meta.url), "utf8"));
  return (await Promise.all(parts)).join("\n");
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const SVG_TYPE = { "content-type": "image/svg+xml; charset=utf-8" };

type TellError = (context: Context, error: ConnectorError) => Response | Promise<Response>;

/** What is known to be wrong is told as `tell` does; anything else is the server's to answer. */
async function answer(
  context: Context,
  tell: TellError,
  respond: () => Promise<Response>,
): Promise<Response> {
  try {
    return await respond();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return tell(context, error);
  }
}

const showOutagePage: TellError = (context, { message, nextStep }) =>
  context.html(showOutage(message, nextStep, reloads(context)), 503);

const tellOutage: TellError = (context, { code, message, nextStep }) =>
  context.json({ error: { code, message, next_step: nextStep ?? null } }, 503);

function reloads(context: Context): boolean {
  return context.req.query(RELOADING) !== undefined;
}

function makeView(document: StatusDocument): View {
  const charts = { daily: listDailyCharts(document.daily), runs: listRunCharts(document.run_series) };
  return { document, charts, drawings: new Map() };
}

/** Undefined when there is no such chart. */
async function findDrawing({ charts, drawings }: View, file: string): Promise<string | undefined> {
  const [, name, size, themeName] = CHART.exec(file) ?? [];
  const chart = [...charts.daily, ...charts.runs].find((candidate) => candidate.name === name);
  const theme = THEMES.find((candidate) => candidate.name === themeName);
  if (!chart || !theme || !isSize(size)) return undefined;
  const drawing = drawings.get(file) ?? drawSvg(chart.draw(theme, size), size);
  drawings.set(file, drawing);
  return drawing;
}

function isSize(text: string | undefined): text is Size {
  return text !== undefined && text in SIZES;
}
