import parse from "parse-prometheus-text-format";

/** A scrape as a Prometheus would read it. */
export interface Scrape {
  readonly text: string;
  readonly families: ReturnType<typeof parse>;
  /** Series of a metric with their values, by their labels in alphabetical order: `resource=ads status=succeeded`. */
  read(name: string): Record<string, number>;
  /** The value of the metric without labels; undefined when it has none. */
  value(name: string): number | undefined;
  /** Metrics that are declared twice, not at all or without help, and series that come twice. */
  readonly mistakes: readonly string[];
}

export function readScrape(text: string): Scrape {
  const families = parse(text);
  const read = (name: string) =>
    Object.fromEntries(
      (families.find((family) => family.name === name)?.metrics ?? []).map(({ value, labels = {} }) => [
        Object.entries(labels)
          .map(([label, content]) => `${label}=${content}`)
          .toSorted()
          .join(" "),
        Number(value),
      ]),
    );
  return { text, families, read, value: (name) => read(name)[""], mistakes: findMistakes(text, families) };
}

function findMistakes(text: string, families: ReturnType<typeof parse>): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  const types = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2] ?? "");
  const series = lines
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  return [
    ...findRepeated(types).map((name) => `declared twice: ${name}`),
    ...findRepeated(series).map((name) => `twice: ${name}`),
    ...families.filter(({ type }) => type === "UNTYPED").map(({ name }) => `no type: ${name}`),
    ...families.filter(({ help }) => !help).map(({ name }) => `no help: ${name}`),
  ];
}

function findRepeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
