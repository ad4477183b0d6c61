import { ConnectorError } from "../../errors.ts";
import { type Binaries, locateBinaries } from "./binaries.ts";
import { clusterVersion, initialiseCluster } from "./cluster.ts";
import { type Files, prepareFiles } from "./files.ts";
import { chooseLauncher } from "./launcher.ts";
import { rotateLog } from "./log.ts";
import type { EmbeddedOptions } from "./options.ts";
import { ensurePassword } from "./password.ts";
import type { Launcher } from "./run-tool.ts";
import { ensurePipe } from "./users.ts";

/** All that a server needs in order to be started or joined. */
export interface Place {
  readonly files: Files;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly password: string;
}

/** Makes sure that there is an initialised cluster which the installed Postgres can serve. */
export async function preparePlace(options: EmbeddedOptions): Promise<Place> {
  // First: where none are installed, as in the container image, folders cannot be made either.
  const binaries = await locateBinaries();
  const files = await prepareFiles(options.directory);
  const launcher = await chooseLauncher(files, binaries);
  const version = await clusterVersion(files);
  if (version !== undefined && version !== binaries.version) throw otherVersion(files, version, binaries);
  const password = await ensurePassword(files, version !== undefined);
  await ensurePipe(files);
  if (version === undefined) {
    options.onEvent?.("embedded postgres is being initialised", { directory: files.directory });
    const { superuser = false, signal } = options;
    await initialiseCluster({ files, binaries, launcher, password, superuser, signal });
  }
  await rotateLog(files);
  return { files, binaries, launcher, password };
}

function otherVersion(files: Files, found: string, binaries: Binaries): ConnectorError {
  return new ConnectorError(
    "embedded_postgres",
    `${files.cluster} was made by Postgres ${found}; the embedded one is ${binaries.version}.`,
    {
      nextStep: `Dump it with the release that made it and restore it, or move ${files.directory} away and sync again.`,
    },
  );
}
