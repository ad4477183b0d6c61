import { type Document, isNode, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { z } from "zod";
import { ANALYTICS_KEYS, analyticsSection } from "./analytics-section.ts";
import { resourceNames } from "./resources/index.ts";
import { longestPauseMs, readCrons } from "./schedules.ts";
import { SERVICE_KEYS, serviceSections } from "./service-sections.ts";
import { suggestion } from "./suggest.ts";

/** So many slices at once: more only waits for Pinterest's rate limits. */
const CONCURRENCY_MAX = 32;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS_PER_DAY = 24;
/** Durations above this are told in days. */
const DAYS_FROM_HOURS = 48;
const ACCOUNT_ID = "not an ad account id; ids are digits, and long ones need quotes";
const accountId = z.union([z.string().regex(/^\d+$/), z.int().nonnegative().transform(String)], ACCOUNT_ID);
const LIST = "not a list; write [one, two]";
const CONCURRENCY = `not a whole number from 1 to ${CONCURRENCY_MAX}`;

const shape = z.strictObject({
  resources: z
    .array(z.string("not a name"), LIST)
    .min(1, "name at least one resource, or leave the key out for all")
    .optional(),
  accounts: z
    .array(accountId, LIST)
    .min(1, "name at least one account, or leave the key out for all")
    .optional(),
  concurrency: z.int(CONCURRENCY).min(1, CONCURRENCY).max(CONCURRENCY_MAX, CONCURRENCY).default(4),
  rate_limit: z
    .strictObject({ max_wait_minutes: z.number("not a number").positive("not more than 0").default(15) })
    .default({ max_wait_minutes: 15 }),
  analytics: analyticsSection,
  ...serviceSections,
});

const schema = shape.superRefine(refuseHastyHealth);

/** The configuration file after checking; every key has its value. */
export type ConfigFile = z.infer<typeof schema>;

/** Keys that are valid at each level, for suggestions. */
const KEYS: Record<string, readonly string[]> = {
  "": Object.keys(shape.shape),
  rate_limit: ["max_wait_minutes"],
  ...ANALYTICS_KEYS,
  ...SERVICE_KEYS,
};

/** Data that is always taken for stale would be an alert for ever. */
function refuseHastyHealth({ schedule, health }: z.infer<typeof shape>, context: z.RefinementCtx): void {
  // A schedule that cannot be read has no pauses.
  if (context.issues.length > 0) return;
  const pause = longestPauseMs(readCrons(schedule));
  const allowed = health.max_staleness ?? Number.POSITIVE_INFINITY;
  if (allowed > pause) return;
  const message = `${tellDuration(allowed)} is too short, for the schedule refreshes some data only every ${tellDuration(pause)}; allow more, or refresh more often`;
  context.addIssue({ code: "custom", path: ["health", "max_staleness"], message });
}

/** In the unit in which the number is easiest to read. */
function tellDuration(ms: number): string {
  const hours = ms / HOUR_MS;
  if (hours < 1) return `${round(ms / MINUTE_MS)} min`;
  return hours > DAYS_FROM_HOURS ? `${round(hours / HOURS_PER_DAY)} days` : `${round(hours)} h`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Parses and checks the file; problems are added with file, line and fix. Asks the clock for today, and nothing else. */
export function readConfigFile(name: string, text: string, problems: string[]): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors)
    problems.push(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const value = document.errors.length > 0 ? {} : withoutEmptyKeys(document.toJS());
  const place = (path: readonly PropertyKey[]) => {
    const node = findNode(document, path);
    return node?.range ? `${name}:${lines.linePos(node.range[0]).line}` : name;
  };
  reportUnknownResources(value, place, problems);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) problems.push(...describeIssue(issue, place, document));
  return schema.parse({});
}

/** Beside the schema, so that a misspelt resource is told even where another key is wrong. */
function reportUnknownResources(value: unknown, place: Place, problems: string[]): void {
  const names = typeof value === "object" && value !== null && "resources" in value ? value.resources : [];
  for (const [index, name] of (Array.isArray(names) ? names : []).entries())
    if (typeof name === "string" && !resourceNames.includes(name))
      problems.push(
        `${place(["resources", index])}: no resource "${name}"; ${suggestion(name, resourceNames)}`,
      );
}

/** Where a key stands: file and line. */
type Place = (path: readonly PropertyKey[]) => string;

function describeIssue(issue: z.core.$ZodIssue, place: Place, document: Document): string[] {
  const path = issue.path.join(".");
  const level = issue.path.filter((part) => typeof part === "string").join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${place([...issue.path, key])}: unknown key "${[...issue.path, key].join(".")}"; ${suggestion(key, KEYS[level] ?? [])}`,
    );
  // The URL of a webhook is a key to it.
  const given = level === "alerts.webhook_url" ? undefined : sourceOf(document, issue.path);
  return [
    `${place(issue.path)}: ${path || "the file"}: ${issue.message}${given ? ` (found: ${given})` : ""}`,
  ];
}

/** What stands at the path; a key that takes one value or a list has none below its one value. */
function findNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const node = document.getIn(path, true);
  if (isNode(node)) return node;
  const above = path.slice(0, -1);
  return path.length > 1 && isScalar(document.getIn(above, true)) ? findNode(document, above) : undefined;
}

/** The value as it stands in the file: a long number is no longer what was written once it is parsed. */
function sourceOf(document: Document, path: readonly PropertyKey[]): string | undefined {
  return findNode(document, path)?.toString().trim();
}

/** A key without a value means its default, like one that is left out. */
function withoutEmptyKeys(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(
    entries.map(([key, child]) => [key, typeof child === "object" ? withoutEmptyKeys(child) : child]),
  );
}
