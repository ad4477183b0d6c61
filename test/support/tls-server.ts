import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { execute } from "./database.ts";
import { waitUntil } from "./wait-until.ts";

export interface TlsServer extends AsyncDisposable {
  /** As superuser and without TLS. */
  readonly url: string;
  /** The CA that signs for it, and whose signatures on certificates of users it takes. */
  readonly authority: Certificate;
  /** A folder for files of the test. */
  readonly directory: string;
  /** Shows this certificate to whoever connects from now on; undefined: speaks no TLS. */
  present(certificate: Certificate | undefined): Promise<void>;
}

/**
 * A Postgres of its own that can speak TLS, and takes connections without it where `rules`, lines of its pg_hba.conf,
 * do not say otherwise.
 */
export async function startTlsServer(rules: readonly string[]): Promise<TlsServer> {
  const directory = await mkdtemp(join(tmpdir(), "pinterest-ads-test-"));
  await chmod(directory, 0o711);
  const server = await startEmbedded({ directory, port: 0, superuser: true });
  const cluster = join(directory, "cluster");
  const authority = makeCertificate({ name: "Test CA" });
  let number = 0;

  /** Readable by Postgres alone, which insists on that for keys. */
  async function keep(name: string, text: string): Promise<void> {
    const { uid, gid } = await stat(cluster);
    await writeFile(join(cluster, name), text, { mode: 0o600 });
    await chown(join(cluster, name), uid, gid);
  }

  async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(settings))
      await execute(server.url, `alter system set ${name} = '${value}'`);
    await execute(server.url, "select pg_reload_conf()");
    // Backends have what the postmaster had when it started them.
    await waitUntil("the settings are read", async () => {
      const rows = await execute(server.url, `select ${Object.keys(settings).map(settingOf).join(", ")}`);
      return Object.entries(settings).every(([name, value]) => rows[0]?.[name] === value);
    });
  }

  await keep("ca.pem", authority.pem);
  const rulesFile = join(cluster, "pg_hba.conf");
  // Read together with the first settings.
  await writeFile(rulesFile, `${rules.join("\n")}\n${await readFile(rulesFile, "utf8")}`);
  return {
    url: server.url,
    authority,
    directory,
    async present(certificate) {
      if (!certificate) return configure({ ssl: "off" });
      number += 1;
      const [cert, key] = [`server-${number}.pem`, `server-${number}.key`];
      await keep(cert, certificate.pem);
      await keep(key, certificate.keyPem);
      await configure({ ssl: "on", ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: "ca.pem" });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function settingOf(name: string): string {
  return `current_setting('${name}') as ${name}`;
}
