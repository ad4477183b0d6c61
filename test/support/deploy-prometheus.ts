import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { z } from "zod";

const promql = z.string().refine((expr) => countErrors(expr) === 0, "is not PromQL");
/** Text, in which a label or the value may stand. */
const template = z.string().regex(/^([^{}]|\{\{ \$(labels\.\w+|value)( \| humanizeDuration)? \}\})+$/);

/** https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/, as far as it is used. */
const rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^\w+$/),
          expr: promql,
          for: z
            .string()
            .regex(/^(\d+(ms|[smhdwy]))+$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
          annotations: z.strictObject({ summary: template }),
        }),
      ),
    }),
  ),
});

/** How many places of a query Prometheus's grammar makes nothing of. */
export function countErrors(query: string): number {
  let errors = 0;
  parser.parse(query).iterate({
    enter({ type }) {
      if (type.isError) errors += 1;
    },
  });
  return errors;
}

/** Throws if the text is no file of alert rules, or if any of its expressions is not PromQL. */
export function parseRules(text: string): z.infer<typeof rules> {
  return rules.parse(parse(text));
}

export function readRules() {
  return parseRules(readFileSync("deploy/prometheus/rules.yaml", "utf8")).groups.flatMap(
    (group) => group.rules,
  );
}

/** The queries that a document shows, one a line. */
export function listQueries(markdown: string): string[] {
  return [...markdown.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
  );
}
