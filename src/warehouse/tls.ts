import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ConnectionOptions, createSecureContext } from "node:tls";
import { suggestion } from "../suggest.ts";

/**
 * As libpq names them: https://www.postgresql.org/docs/18/libpq-ssl.html#LIBPQ-SSL-PROTECTION. `prefer` is read as
 * `require`: going on in plain text when TLS is refused would let anybody in between switch it off.
 */
const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
type Mode = (typeof MODES)[number];

/** What a connection URL may say about TLS. */
const PARAMETERS = ["sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslnegotiation"] as const;
type Parameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], string>>>;

/** The environment variables that libpq takes for what the URL does not say. */
const VARIABLES = {
  PGSSLMODE: "sslmode",
  PGSSLROOTCERT: "sslrootcert",
  PGSSLCERT: "sslcert",
  PGSSLKEY: "sslkey",
} as const;

/** Instead of a file: the CAs that Node trusts, and those in NODE_EXTRA_CA_CERTS. */
const PUBLIC_CAS = "system";

export interface DatabaseAddress {
  /** Without what it said about TLS, which pg reads otherwise than libpq. */
  readonly url: string;
  /** False: in plain text. */
  readonly ssl: false | ConnectionOptions;
  /** `direct` begins with TLS at once, which Postgres 17 and later understand. */
  readonly negotiation: "postgres" | "direct";
}

/**
 * What a connection URL says about TLS, with the meaning that libpq documents, and the certificate files that it
 * names. Everything wrong with it is added to `problems`, each with its fix; the address is then not to be used.
 * Other than with libpq no file is looked for that is not named, and a CA that is named without a mode is checked.
 */
export function readAddress(databaseUrl: string, problems: string[]): DatabaseAddress {
  const report = (problem: string) => problems.push(`DATABASE_URL: ${problem}`);
  const url = new URL(databaseUrl);
  const given = takeParameters(url, report);
  const mode = readMode(given, report);
  const { sslnegotiation: negotiation = "postgres" } = given;
  if (negotiation !== "postgres" && negotiation !== "direct")
    report(`sslnegotiation=${negotiation} is not known; valid are: postgres, direct`);
  // A socket of this machine needs no TLS, and Postgres offers none there.
  const plain = mode === "disable" || usesSocket(url);
  return {
    url: Object.keys(given).length === 0 ? databaseUrl : url.href,
    ssl: plain
      ? false
      : { ...readVerification(given, mode, report), ...readClientCertificate(given, report) },
    negotiation: !plain && negotiation === "direct" ? "direct" : "postgres",
  };
}

/** The URL with what these environment variables say about TLS and it does not, as libpq reads them. */
export function addTlsVariables(
  databaseUrl: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const url = new URL(databaseUrl);
  const missing = Object.entries(VARIABLES).filter(
    ([name, parameter]) => variables[name] && !url.searchParams.has(parameter),
  );
  for (const [name, parameter] of missing) url.searchParams.set(parameter, variables[name] ?? "");
  return missing.length === 0 ? databaseUrl : url.href;
}

/** Takes them out of `url`. One that is misspelt would silently mean: without TLS. */
function takeParameters(url: URL, report: (problem: string) => void): Parameters {
  const given: Record<string, string> = {};
  for (const [name, value] of [...url.searchParams]) {
    if (!name.startsWith("ssl")) continue;
    url.searchParams.delete(name);
    if (name === "ssl") {
      // As libpq does for URLs that were written for JDBC.
      if (value === "true") given["sslmode"] = "require";
      else report(`ssl=${value} is not understood; write sslmode=disable or sslmode=require`);
    } else if (PARAMETERS.some((known) => known === name)) given[name] = value;
    else report(`${name} is not supported; ${suggestion(name, PARAMETERS)}`);
  }
  return given;
}

function readMode({ sslmode, sslrootcert, ...others }: Parameters, report: (problem: string) => void): Mode {
  const implied = sslrootcert ? "verify-full" : Object.keys(others).length > 0 ? "require" : "disable";
  const mode = sslmode === undefined ? implied : MODES.find((known) => known === sslmode);
  if (sslmode === "allow")
    report("sslmode=allow is not supported, as it does not say what you get; write disable or require");
  else if (!mode) report(`sslmode=${sslmode} is not known; ${suggestion(sslmode ?? "", MODES)}`);
  if (mode === "verify-ca" && (!sslrootcert || sslrootcert === PUBLIC_CAS))
    report(
      "sslmode=verify-ca needs the file of your CA in sslrootcert: a public CA gives certificates to anybody; " +
        "write sslmode=verify-full to check the host name as well",
    );
  return mode ?? implied;
}

/** `require` checks nothing, unless there is a CA to check with; only `verify-full` looks at the host name. */
function readVerification(
  { sslrootcert }: Parameters,
  mode: Mode,
  report: (problem: string) => void,
): ConnectionOptions {
  if (mode !== "verify-full" && !sslrootcert) return { rejectUnauthorized: false };
  const ca = !sslrootcert || sslrootcert === PUBLIC_CAS ? undefined : readCertificates(sslrootcert, report);
  return {
    // Spelled out, so that NODE_TLS_REJECT_UNAUTHORIZED cannot undo it.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readCertificates(path: string, report: (problem: string) => void): string | undefined {
  const text = readNamedFile("sslrootcert", path, report);
  if (text === undefined) return undefined;
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate))
    report(
      `sslrootcert: ${path} is no certificate in PEM form (-----BEGIN CERTIFICATE-----); ask whoever runs the database for the certificate of its CA`,
    );
  return text;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    // The only way to ask.
    return false;
  }
}

function readClientCertificate(
  { sslcert, sslkey, sslpassword }: Parameters,
  report: (problem: string) => void,
): ConnectionOptions {
  if (!sslcert && !sslkey) return {};
  if (!sslcert || !sslkey) {
    report("sslcert and sslkey belong together; give both or neither");
    return {};
  }
  const cert = readNamedFile("sslcert", sslcert, report);
  const key = readNamedFile("sslkey", sslkey, report);
  if (cert === undefined || key === undefined) return {};
  const options = { cert, key, ...(sslpassword && { passphrase: sslpassword }) };
  try {
    createSecureContext(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(
      `sslcert ${sslcert} and sslkey ${sslkey} cannot be used together (${reason}); both are PEM files, the key the certificate's own, its password in sslpassword`,
    );
  }
  return options;
}

function readNamedFile(
  parameter: string,
  path: string,
  report: (problem: string) => void,
): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "it may not be read" : String(error);
    report(`${parameter}: cannot read ${path}: ${why}; correct the path or the file's permissions`);
    return undefined;
  }
}

function usesSocket({ hostname, searchParams }: URL): boolean {
  return /^(?:\/|%2f)/i.test(searchParams.get("host") ?? hostname);
}
