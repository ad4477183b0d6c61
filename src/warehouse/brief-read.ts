import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";
import { type Warehouse, withConnection } from "./database.ts";

/**
 * Reads within `timeoutMs`, waiting for a connection included, for those who look from outside and must not keep the
 * pool from a run. `read` gets a warehouse on one connection, inside a transaction that cannot write. Rejects with `database_unreachable` when time is up; the connection is then broken, so that neither
 * it nor its query lingers. Other errors come as they are.
 */
export async function readBriefly<T>(
  warehouse: Warehouse,
  timeoutMs: number,
  read: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  let expired = false;
  let held: Client | undefined;
  const reading = withConnection(warehouse, async (client) => {
    // Nobody waits for the answer any more; the next one gets the connection.
    if (expired) throw noConnection(timeoutMs);
    held = client;
    try {
      return await warehouse.knex.transaction((knex) => read({ ...warehouse, knex }), {
        connection: client,
        readOnly: true,
      });
    } finally {
      held = undefined;
    }
  });
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    expired = true;
    reject(held ? noAnswer(timeoutMs) : noConnection(timeoutMs));
    held?.connection.stream.destroy();
  }, timeoutMs);
  try {
    return await Promise.race([reading, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

function noConnection(timeoutMs: number): ConnectorError {
  return new ConnectorError(
    "database_unreachable",
    `No connection to the database was to be had within ${timeoutMs / 1000} seconds`,
    { nextStep: "If it stays, check the database, and what else it is busy with." },
  );
}

function noAnswer(timeoutMs: number): ConnectorError {
  return new ConnectorError(
    "database_unreachable",
    `The database did not answer within ${timeoutMs / 1000} seconds`,
    { nextStep: "If it stays, look for what keeps it busy." },
  );
}
