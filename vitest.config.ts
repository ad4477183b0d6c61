import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/support/slowest-first.ts";

const EMBEDDED = "test/integration/embedded-*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    sequence: { sequencer: SlowestFirst },
    // Every worker drives a Postgres, and some of them connectors of their own; what one waits for, another works.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    projects: [
      // Functions without a state of their own: a process per file would take longer than most files.
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false } },
      // Each of these starts, kills and finds again clusters of its own, as a process would.
      { extends: true, test: { name: "embedded", include: [EMBEDDED] } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/{integration,browser}/**/*.test.ts"],
          exclude: [EMBEDDED],
          // Databases are what keeps these apart, one for each file.
          isolate: false,
          globalSetup: ["test/support/postgres.ts"],
        },
      },
    ],
  },
});
