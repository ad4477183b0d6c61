import pg from "pg";
import { expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import { describeConnectionError } from "../../src/warehouse/connection-error.ts";

const URL_WITH_SECRET = "postgres://loader:hunter2@db.example/ads";

function failure(text: string, code?: string): Error {
  const error = new pg.DatabaseError(text, text.length, "error");
  return code === undefined ? error : Object.assign(error, { code });
}

test.each<[string | undefined, string, RegExp]>([
  ["08P01", "unsupported startup parameter: options", /PgBouncer. Take the parameter out/],
  ["08P01", "SASL authentication failed", /User and password in DATABASE_URL/],
  ["08P01", 'database "ads" does not exist', /createdb/],
  ["08P01", "query_wait_timeout", /pool_size/],
  ["08P01", "no more connections allowed (max_client_conn)", /pool_size/],
  ["28000", "pg_hba.conf rejects connection for host …, no encryption", /sslmode=require/],
  ["28000", 'role "loader" does not exist', /create role/],
  ["28000", "Rolle »loader« existiert nicht", /LOGIN.*pg_hba\.conf/],
  ["28P01", "Passwort-Authentifizierung für Benutzer »loader« fehlgeschlagen", /User and password/],
  ["3D000", "Datenbank »ads« existiert nicht", /createdb/],
  ["53300", "sorry, too many clients already", /`concurrency` \+ 2 connections.*max_connections/],
  ["57P03", "the database system is starting up", /try again in a moment/],
  ["57P01", "terminating connection due to administrator command", /look at its log/],
  ["EAI_AGAIN", "getaddrinfo EAI_AGAIN db.example", /does not resolve just now/],
  ["EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:5432", /firewalls/],
  ["ECONNRESET", "read ECONNRESET", /was cut/],
  ["CERT_NOT_YET_VALID", "certificate is not yet valid", /clock of this machine/],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tlsv1 alert unknown ca", /check sslcert and sslkey/],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number", /No TLS could be agreed on/],
  [undefined, "Knex: Timeout acquiring a connection. The pool is probably full.", /`concurrency` \+ 2/],
  ["XX000", "something nobody has seen", /Check DATABASE_URL/],
])("%s %s: what to do is said", (code, text, nextStep) => {
  const error = describeConnectionError(failure(text, code), URL_WITH_SECRET);
  expect(error).toMatchObject({
    code: "database_unreachable",
    message: expect.stringContaining("db.example:5432/ads"),
    nextStep: expect.stringMatching(nextStep),
  });
  expect(`${error.message} ${error.nextStep}`).not.toContain("hunter2");
});

test("of several addresses that were tried, the first one explains", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED ::1:5432"), { code: "ECONNREFUSED" });
  const error = describeConnectionError(new AggregateError([refused]), URL_WITH_SECRET);
  expect(error.message).toMatch(/ECONNREFUSED/);
  expect(error.nextStep).toMatch(/Is Postgres running there/);
});

test("an error of the connector stays as it is", () => {
  const own = new ConnectorError("pooled_connection", "a pooler");
  expect(describeConnectionError(own, URL_WITH_SECRET)).toBe(own);
});
