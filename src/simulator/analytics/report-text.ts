import type { Attribution } from "./attribution.ts";
import { type Bucket, type Granularity, listBuckets, type Moment } from "./day.ts";
import { type Entity, type Level, listEntities } from "./levels.ts";
import type { KnownAccount } from "./registry.ts";
import { eachRow, type RowQuery } from "./rows.ts";
import { makeForm, needsConversions, type RowForm, writeFields } from "./write-row.ts";

/** Everything that the content of a report depends on: it is the same whenever it is written. */
export interface ReportContent {
  account: KnownAccount;
  level: Level;
  from: number;
  to: number;
  granularity: Granularity;
  columns: readonly string[];
  attribution: Attribution;
  types: readonly string[] | undefined;
  /** Says whether an entity is asked for. */
  fits: (entity: Entity) => boolean;
  moment: Moment;
  /** `date`: days outside, entities inside. */
  nesting: "id" | "date";
  ids: "number" | "text";
}

const CHUNK_CHARACTERS = 65_536;

/**
 * The report's JSON, piece by piece as it is taken, so that nobody ever holds all of it:
 * `{"<id>":[rows]}`, or by date `{"<date>":{"<id>":[rows]}}`.
 */
export function* writeReport(content: ReportContent): Generator<string> {
  let chunk = "";
  for (const piece of listPieces(content)) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function* listPieces(content: ReportContent): Generator<string> {
  const { account, level, from, to, granularity, nesting } = content;
  const entities = listEntities(account, level).filter(content.fits);
  const buckets = listBuckets(from, to, granularity);
  const form = makeForm(level, content.columns, { ids: content.ids, zeros: "missing" });
  const query: RowQuery = { ...content, conversions: needsConversions(form) };
  yield "{";
  if (nesting === "id" || granularity === "TOTAL") yield* listGroups(entities, buckets, query, form);
  else yield* listDates(entities, buckets, query, form);
  yield "}";
}

function* listDates(
  entities: readonly Entity[],
  buckets: readonly Bucket[],
  query: RowQuery,
  form: RowForm,
): Generator<string> {
  let separator = "";
  for (const bucket of buckets) {
    let isOpen = false;
    for (const piece of listGroups(entities, [bucket], query, form)) {
      yield isOpen ? piece : `${separator}"${bucket.date}":{${piece}`;
      separator = ",";
      isOpen = true;
    }
    if (isOpen) yield "}";
  }
}

function* listGroups(
  entities: readonly Entity[],
  buckets: readonly Bucket[],
  query: RowQuery,
  form: RowForm,
): Generator<string> {
  let separator = "";
  for (const entity of entities) {
    let isOpen = false;
    for (const bucket of buckets) {
      const rows = writeRows(entity, bucket, query, form);
      if (rows === "") continue;
      yield isOpen ? `,${rows}` : `${separator}"${entity.id}":[${rows}`;
      separator = ",";
      isOpen = true;
    }
    if (isOpen) yield "]";
  }
}

function writeRows(entity: Entity, bucket: Bucket, query: RowQuery, form: RowForm): string {
  let text = "";
  eachRow(entity, bucket, query, (row) => {
    const fields = writeFields(row, form);
    if (fields === undefined) return;
    const { targeting } = row;
    const breakdown =
      targeting === undefined
        ? ""
        : `,"TARGETING_TYPE":"${targeting.type}","TARGETING_VALUE":${JSON.stringify(targeting.value)}`;
    text += `${text === "" ? "" : ","}{${fields}${breakdown}}`;
  });
  return text;
}
