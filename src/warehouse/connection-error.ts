import { asConnectorError, ConnectorError } from "../errors.ts";

/** Why a connection does not come about, told by SQLSTATE or errno, by the text, or by both. */
interface Cause {
  readonly code?: RegExp;
  readonly text?: RegExp;
  /** In place of the driver's own words, where those explain nothing. */
  readonly what?: string;
  readonly nextStep: string;
}

const CHECK_CA =
  "Name the file of the CA that signed it, or correct the one that is named, in DATABASE_URL: sslmode=verify-full&sslrootcert=/path/to/ca.pem; sslmode=require without sslrootcert encrypts and checks nothing.";
const USE_TLS =
  "Add sslmode=require to DATABASE_URL, or better sslmode=verify-full&sslrootcert=/path/to/ca.pem.";
const CHECK_LOGIN =
  "User and password in DATABASE_URL are not accepted; special characters in them must be percent-encoded.";
const CHECK_DATABASE = "Create the database first (createdb), or correct its name in DATABASE_URL.";
const MAKE_ROOM =
  "Its disk or memory is full. Make room; it is tried again. docs/operations.md says what can go (The database is full).";
const CONNECTIONS = "One process needs `concurrency` + 2 connections";

/** The first that fits explains; SQLSTATEs: https://www.postgresql.org/docs/18/errcodes-appendix.html. */
const CAUSES: readonly Cause[] = [
  // TLS, with the codes of https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes
  {
    text: /does not support SSL connections/,
    what: "the server does not speak TLS",
    nextStep:
      "Turn TLS on at the server (ssl = on); or, if you trust the network in between, write sslmode=disable in DATABASE_URL.",
  },
  {
    text: /error establishing an SSL connection/,
    what: "what answers there does not speak the language of Postgres",
    nextStep: "Check host and port in DATABASE_URL.",
  },
  {
    code: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    what: "the server's certificate is signed by itself, and nothing here says that it is the right one",
    nextStep: `${CHECK_CA} The certificate itself does as CA here.`,
  },
  {
    code: /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|CERT_UNTRUSTED)$/,
    what: "the server's certificate is signed by a CA that is not trusted here",
    nextStep: CHECK_CA,
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    nextStep:
      "Write a host into DATABASE_URL that the certificate names; or sslmode=verify-ca, which checks the CA and not the name.",
  },
  {
    code: /^CERT_HAS_EXPIRED$/,
    what: "the server's certificate, or that of its CA, has expired",
    nextStep: "Renew it at the server; with a new CA, also the file in sslrootcert.",
  },
  {
    code: /^CERT_NOT_YET_VALID$/,
    what: "the server's certificate is not valid yet",
    nextStep: "Check the clock of this machine.",
  },
  {
    code: /^(?:ERR_SSL_\w*ALERT\w*(?:UNKNOWN_CA|CERTIFICATE\w*)|CERT_REVOKED)$/,
    nextStep: "A certificate is refused; check sslcert and sslkey in DATABASE_URL, and the server's log.",
  },
  {
    code: /^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/,
    nextStep: "No TLS could be agreed on; check the server's settings and its log.",
  },
  // Who may log in
  { code: /^28000$/, text: /no encryption|SSL off/, nextStep: `The server insists on TLS. ${USE_TLS}` },
  {
    code: /^28000$/,
    text: /client certificate/,
    nextStep: "The server wants a certificate of yours: give sslcert and sslkey in DATABASE_URL.",
  },
  {
    code: /^28000$/,
    text: /does not exist/,
    nextStep: "Create the role (create role … login), or correct the user in DATABASE_URL.",
  },
  {
    code: /^28000$/,
    nextStep:
      "The role in DATABASE_URL may not log in from here; see whether it has LOGIN, and whether pg_hba.conf asks for TLS (sslmode=require).",
  },
  { code: /^28P01$/, nextStep: CHECK_LOGIN },
  {
    text: /client password must be a (?:non-empty )?string/,
    what: "the server asks for a password, and DATABASE_URL has none",
    nextStep: "Write it as postgres://user:password@host:5432/database.",
  },
  { code: /^3D000$/, nextStep: CHECK_DATABASE },
  {
    code: /^42501$/,
    nextStep: "Let the role connect: grant connect on database … to …",
  },
  // Poolers: PgBouncer has one code for everything
  { code: /^08P01$/, text: /authentication failed/, nextStep: CHECK_LOGIN },
  { code: /^08P01$/, text: /^database .* does not exist$/, nextStep: CHECK_DATABASE },
  {
    text: /unsupported startup parameter/,
    nextStep:
      "That is PgBouncer. Take the parameter out of DATABASE_URL (and PGOPTIONS), or connect to Postgres directly.",
  },
  {
    text: /query_wait_timeout|max_client_conn|no more connections allowed/,
    nextStep: `The pooler has no connection left. ${CONNECTIONS}; raise its pool_size, or connect directly.`,
  },
  // A server that cannot just now
  {
    code: /^53300$/,
    nextStep: `Postgres has no connection left. ${CONNECTIONS}; lower \`concurrency\` or raise max_connections.`,
  },
  {
    text: /Timeout acquiring a connection/,
    what: "none of the connections became free within a minute",
    nextStep: `${CONNECTIONS}; see whether the server or a pooler gives fewer.`,
  },
  {
    code: /^57P03$/,
    nextStep: "Postgres starts or stops just now; try again in a moment, or look at its log.",
  },
  {
    code: /^57P0[12]$/,
    nextStep: "Postgres was stopped or ended this connection; try again, or look at its log.",
  },
  // The way to it
  {
    code: /^ENOENT$/,
    nextStep: "There is no such socket: is Postgres running here, and is its folder right?",
  },
  { code: /^ECONNREFUSED$/, nextStep: "Is Postgres running there, and is the port right?" },
  { code: /^ENOTFOUND$/, nextStep: "The host name does not resolve; check DATABASE_URL." },
  {
    code: /^EAI_AGAIN$/,
    nextStep: "The host name does not resolve just now; check DATABASE_URL and the network.",
  },
  {
    code: /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    nextStep: "No answer; check the address and firewalls.",
  },
  {
    text: /timeout expired|connection timeout/,
    what: "no answer within ten seconds",
    nextStep: "Check the address and firewalls, and whether the server is overloaded.",
  },
  {
    code: /^(?:ECONNRESET|EPIPE)$/,
    nextStep: "The connection was cut; check the server's log, its address and firewalls.",
  },
  {
    text: /terminated unexpectedly/,
    what: "the connection was closed without a word",
    nextStep: "Check that a Postgres listens at that port, and look at its log.",
  },
];

/**
 * A failure to connect as `database_unreachable`: what is wrong and what to do, with the server's place and without
 * the password. An error of the connector stays as it is.
 */
export function describeConnectionError(error: unknown, url: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = errorCode(error);
  if (REFUSALS[code ?? ""] === MAKE_ROOM) return describeRefusal(error, url, MAKE_ROOM);
  const text = error instanceof Error ? error.message || code || "" : String(error);
  const cause = CAUSES.find(
    (known) => known.code?.test(code ?? "") !== false && known.text?.test(text) !== false,
  );
  return new ConnectorError(
    "database_unreachable",
    `Cannot use the database at ${displayUrl(url)}: ${cause?.what ?? text}`,
    { nextStep: cause?.nextStep ?? "Check DATABASE_URL.", cause: error },
  );
}

/** SQLSTATEs and errnos of a connection that is gone, or that cannot be had just now. */
const LOST = /^(?:08|57P0|53300|ECONNRESET|EPIPE|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH)/;
/** What pg and knex say of one without a code. */
const LOST_IN_WORDS = /^Connection terminated|not queryable|Timeout acquiring a connection/;

/** True when not the statement failed but the connection to the database, which may be back in a moment. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof ConnectorError || !(error instanceof Error)) return false;
  const code = errorCode(error);
  return code ? LOST.test(code) : LOST_IN_WORDS.test(error.message);
}

/** Any failure while the warehouse is used: of the connection as `describeConnectionError` tells it, else as it is. */
export function asWarehouseError(error: unknown, url: string): ConnectorError {
  if (isConnectionLost(error)) return describeConnectionError(error, url);
  const nextStep = error instanceof ConnectorError ? undefined : REFUSALS[errorCode(error) ?? ""];
  return nextStep ? describeRefusal(error, url, nextStep) : asConnectorError(error);
}

/** What to do when the database does not let itself be written, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  "53000": MAKE_ROOM,
  "53100": MAKE_ROOM,
  "53200": MAKE_ROOM,
  "25006":
    "It is a replica, or set to read-only: connect to the server that can be written, or undo default_transaction_read_only.",
  "42501": "Grant the role of DATABASE_URL what it needs: deploy/postgres/roles.sql does.",
  "55P03": "Something holds a lock on the connector's tables; see pg_locks. It is tried again.",
};

function describeRefusal(error: unknown, url: string, nextStep: string): ConnectorError {
  const text = error instanceof Error ? error.message : String(error);
  // knex puts its statement before the server's words.
  const said = text.split(" - ").at(-1);
  const place = `The database at ${displayUrl(url)}`;
  return nextStep === MAKE_ROOM
    ? new ConnectorError("database_full", `${place} has no room: ${said}`, { nextStep, cause: error })
    : new ConnectorError("database_permission", `${place} refuses: ${said}`, { nextStep, cause: error });
}

/** SQLSTATE or errno of a failure of the database or of the way to it. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Host, port and database of a connection URL; never the password. */
export function displayUrl(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${searchParams.get("host") ?? hostname}:${searchParams.get("port") ?? (port || "5432")}${pathname}`;
  } catch {
    return "DATABASE_URL";
  }
}
