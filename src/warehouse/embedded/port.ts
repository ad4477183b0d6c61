import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { type Files, hasCode, isMissing } from "./files.ts";

/** The first choice; below the range from which systems take ports for outgoing connections. */
const DEFAULT_PORT = 25_432;

/** The wanted port, else the one of the last start, else the default; any free port where that is taken. */
export async function choosePort(files: Files, wanted: number | undefined): Promise<number> {
  const preferred = wanted ?? (await rememberedPort(files)) ?? DEFAULT_PORT;
  return (await bind(preferred)) ?? (await freePort());
}

/** A port of 127.0.0.1 that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const port = await bind(0);
  if (port === undefined) throw new Error("No free TCP port on 127.0.0.1.");
  return port;
}

export async function rememberPort(files: Files, port: number): Promise<void> {
  await writeFile(files.port, `${port}\n`);
}

async function rememberedPort(files: Files): Promise<number | undefined> {
  try {
    const port = Number(await readFile(files.port, "utf8"));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The port, when it could be bound just now; undefined when it is taken or reserved. */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (hasCode(error, "EADDRINUSE", "EACCES")) resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
