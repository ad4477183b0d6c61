import { chmod, rm } from "node:fs/promises";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { getContainerRuntimeClient } from "testcontainers";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { makeScratchFolder } from "./scratch-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A Postgres whose role may create databases; `createDatabase` makes one per test file in it. */
    adminUrl: string;
  }
}

const IMAGE = "postgres:18";

interface Server {
  readonly url: string;
  readonly what: string;
  stop(): Promise<void>;
}

/** The one Postgres of a test run: yours, else a container, else the embedded one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = givenServer() ?? (await startContainer()) ?? (await startTemporary());
  project.provide("adminUrl", server.url);
  project.vitest.logger.log(`Tests use ${server.what}.`);
  return () => server.stop();
}

function givenServer(): Server | undefined {
  for (const name of ["TEST_DATABASE_URL", "DATABASE_URL"]) {
    const url = process.env[name];
    if (url) return { url, what: `the Postgres of ${name}`, stop: async () => undefined };
  }
  return undefined;
}

async function startContainer(): Promise<Server | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const container = await new PostgreSqlContainer(IMAGE).start();
  return {
    url: container.getConnectionUri(),
    what: `a container of ${IMAGE}`,
    stop: async () => void (await container.stop()),
  };
}

async function dockerAnswers(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    // Its only answer to "is there an engine?" is an error, of no class of its own.
    return false;
  }
}

async function startTemporary(): Promise<Server> {
  const directory = await makeScratchFolder();
  // So that root's Postgres, which runs as another user, takes the same way as an ordinary user's.
  await chmod(directory, 0o711);
  const embedded = await startEmbedded({ directory, port: 0, superuser: true });
  return {
    url: embedded.url,
    what: "the embedded Postgres",
    async stop() {
      await embedded.stop();
      await rm(directory, { recursive: true });
    },
  };
}
