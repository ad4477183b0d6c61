import fc from "fast-check";
import { expect, test } from "vitest";
import type { Resource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import { decodeField } from "../../src/warehouse/copy-text.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { things } from "../support/things.ts";

const SECRET = "s3cr3t-s3cr3t";
/** Records that are nearly right, with fields in the wrong places and a secret somewhere. */
function anyRecordOf({ columns }: Resource) {
  const names = [
    ...columns.map(({ name, path: [field = name] }) => field),
    "_extra",
    "__proto__",
    "toString",
    "extra",
  ];
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue(),
      fc.string({ unit: fc.constantFrom("\0", "\ud83d", "\\", "\t", "\n", "a", "é") }),
      fc.constantFrom(
        JSON.rawJSON("1e400"),
        JSON.rawJSON("12345678901234567890"),
        1e300,
        -0,
        "7",
        7,
        true,
        null,
      ),
      tie("record"),
      fc.array(tie("value"), { maxLength: 2 }),
    ),
    record: fc
      .dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 3 })), tie("value"), {
        maxKeys: 6,
      })
      .chain((fields) => fc.constantFrom(fields, { ...fields, credentials: { password: SECRET } })),
  })).value;
}

/** What slices and parents give to any of the resources. */
const anyGiven = Object.fromEntries(
  resources.flatMap(({ columns }) => columns.filter(({ given }) => given).map(({ name }) => [name, "1"])),
);

const secretive: Resource = { ...things, droppedFields: ["credentials"] };

test.each<[string, Resource]>([secretive, ...resources].map((resource) => [resource.name, resource]))(
  "any JSON is a row or a rejection of %s, never an exception, and holds no dropped field",
  (_, resource: Resource) => {
    const parseIt = compileParser(resource);
    fc.assert(
      fc.property(anyRecordOf(resource), (record) => {
        const parsed = parseIt(record, anyGiven);
        if (resource.droppedFields) expect(JSON.stringify(parsed)).not.toContain(SECRET);
        if (isRejection(parsed)) return void expect(() => JSON.parse(parsed.record)).not.toThrow();
        const cells = parsed.line.split("\t").map(decodeField);
        expect(cells).toHaveLength(resource.columns.length + 1);
        expect(parsed.key).toEqual(cells.slice(0, resource.key.length));
      }),
    );
  },
);
