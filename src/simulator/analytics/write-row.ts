import type { JsonValue } from "../json.ts";
import { hash } from "../random.ts";
import { isIdColumn, readAttribute } from "./attributes.ts";
import { ATTRIBUTE_COLUMNS } from "./columns.ts";
import { compileMetric, type Ledger } from "./ledger.ts";
import { type Entity, IDENTITY_COLUMN, type Level } from "./levels.ts";
import { isAdditive, readMetric } from "./metric.ts";
import type { Row } from "./rows.ts";

/** How the same row looks from one endpoint to the next. */
export interface RowStyle {
  /** Ids as bare numbers, beyond what JavaScript can hold, or as texts. */
  ids: "number" | "text";
  /** `missing`: metrics that are 0 are left out. `mixed`: left out, null or 0, and some counts come as `12.0`. */
  zeros: "missing" | "mixed";
}

interface WrittenMetric {
  name: string;
  read: (ledger: Ledger) => number;
  isCount: boolean;
}

/** What the rows of one request have in common. */
export interface RowForm {
  style: RowStyle;
  identity: string;
  attributes: readonly string[];
  metrics: readonly WrittenMetric[];
}

const FLOAT_ONE_IN = 8;

/** The form of rows with these columns; they are known to be valid. */
export function makeForm(level: Level, columns: readonly string[], style: RowStyle): RowForm {
  const identity = IDENTITY_COLUMN[level];
  const asked = [...new Set(columns)].filter((name) => name !== identity);
  const metrics = asked.filter((name) => !ATTRIBUTE_COLUMNS.has(name));
  return {
    style,
    identity,
    attributes: asked.filter((name) => ATTRIBUTE_COLUMNS.has(name)),
    metrics: metrics.map((name) => ({
      name,
      read: compileMetric(name),
      isCount: isAdditive(readMetric(name)) && !name.includes("_DOLLAR"),
    })),
  };
}

/** Whether a metric of the form, or what it is computed from, needs conversions. */
export const needsConversions = ({ metrics }: RowForm): boolean =>
  metrics.some(({ name }) => countsConversions(name));

function countsConversions(name: string): boolean {
  const metric = readMetric(name);
  if (metric.form === "quotient")
    return [metric.quotient.over, metric.quotient.under].some(countsConversions);
  return metric.form === "conversions";
}

/** The fields of a row as JSON, without braces; undefined when every metric that was asked for is 0. */
export function writeFields(row: Row, form: RowForm): string | undefined {
  const metrics = writeMetrics(row, form);
  if (metrics === undefined) return undefined;
  const { entity, date } = row;
  let text = `${JSON.stringify(form.identity)}:${writeId(entity.id, form.style)}`;
  if (date !== undefined) text += `,"DATE":"${date}"`;
  for (const name of form.attributes) text += writeAttribute(name, entity, form.style);
  return text + metrics;
}

export const writeId = (id: string, { ids }: RowStyle): string =>
  ids === "number" ? id : JSON.stringify(id);

function writeAttribute(name: string, entity: Entity, style: RowStyle): string {
  const value: JsonValue | undefined = readAttribute(name, entity);
  if (value === undefined || value === null) return "";
  const written = isIdColumn(name) ? writeId(String(value), style) : JSON.stringify(value);
  return `,"${name}":${written}`;
}

function writeMetrics({ ledger, entity, date }: Row, { metrics, style }: RowForm): string | undefined {
  let text = "";
  let isEmpty = true;
  for (const { name, read, isCount } of metrics) {
    const value = read(ledger);
    if (value !== 0) isEmpty = false;
    if (style.zeros === "missing") {
      if (value !== 0) text += `,"${name}":${value}`;
    } else {
      text += writeMixed(name, value, isCount, hash(entity.id, date ?? "", name));
    }
  }
  return isEmpty ? undefined : text;
}

function writeMixed(name: string, value: number, isCount: boolean, draw: number): string {
  if (value !== 0) return `,"${name}":${value}${isCount && draw % FLOAT_ONE_IN === 0 ? ".0" : ""}`;
  return ["", `,"${name}":null`, `,"${name}":0`][draw % 3] ?? "";
}
