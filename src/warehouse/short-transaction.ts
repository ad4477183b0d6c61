import type { Knex } from "knex";

/** Nobody holds a row of the books for long; whoever locks a whole table is not waited for. */
const LOCK_TIMEOUT = "10s";

/**
 * A transaction of what is done beside the runs: it rather fails than waits for a lock, for while it waits it has a
 * connection that a run may need.
 */
export async function inShortTransaction<T>(
  knex: Knex,
  work: (transaction: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return knex.transaction(async (transaction) => {
    await transaction.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    return work(transaction);
  });
}
