import { type Document, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { resourceNames } from "./resources/index.ts";
import { suggestion } from "./suggest.ts";

/** So many slices at once: more only waits for Pinterest's rate limits. */
const CONCURRENCY_MAX = 32;
const accountId = z.union([
  z.string().regex(/^\d+$/, "ids are digits"),
  z.number().int().nonnegative().transform(String),
]);

const schema = z.strictObject({
  resources: z
    .array(z.string())
    .min(1, "name at least one resource, or leave the key out for all")
    .optional(),
  accounts: z.array(accountId).min(1, "name at least one account, or leave the key out for all").optional(),
  concurrency: z.int().min(1).max(CONCURRENCY_MAX).default(4),
  rate_limit: z
    .strictObject({ max_wait_minutes: z.number().positive().default(15) })
    .default({ max_wait_minutes: 15 }),
});

/** The configuration file after checking; every key has its value. */
export type ConfigFile = z.infer<typeof schema>;

/** Keys that are valid at each level, for suggestions. */
const KEYS: Record<string, readonly string[]> = {
  "": Object.keys(schema.shape),
  rate_limit: ["max_wait_minutes"],
};

/** Parses and checks the file; problems are added with file, line and fix. Pure. */
export function readConfigFile(name: string, text: string, problems: string[]): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors)
    problems.push(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const value: unknown = document.errors.length > 0 ? {} : (document.toJS() ?? {});
  const place = (path: readonly PropertyKey[]) => {
    const node = document.getIn(path, true);
    const range =
      typeof node === "object" && node !== null && "range" in node ? (node.range as [number]) : undefined;
    return range ? `${name}:${lines.linePos(range[0]).line}` : name;
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
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${place([...issue.path, key])}: unknown key "${[...issue.path, key].join(".")}"; ${suggestion(key, KEYS[path] ?? [])}`,
    );
  const given = JSON.stringify(document.getIn(issue.path));
  return [
    `${place(issue.path)}: ${path || "the file"}: ${issue.message}${given ? ` (found: ${given})` : ""}`,
  ];
}
