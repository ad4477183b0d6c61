import { readFile } from "node:fs/promises";
import { ConnectorError } from "../../errors.ts";

/** An operating-system user, by numbers. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Unprivileged users that systems bring along, the best first. */
const CANDIDATES = ["postgres", "nobody"];

/**
 * The user that runs Postgres for root: the owner of an existing cluster, else the first candidate there is.
 * It must be listed in /etc/passwd, because initdb looks its own user up.
 */
export async function findAccount(owner: number | undefined): Promise<Account> {
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const wanted =
    owner === undefined
      ? CANDIDATES.map((name) => users.find((user) => user[0] === name))
      : [users.find((user) => user[2] === String(owner))];
  for (const user of wanted) {
    const [uid, gid] = [Number(user?.[2]), Number(user?.[3])];
    if (uid > 0 && Number.isInteger(gid)) return { uid, gid };
  }
  if (owner !== undefined) return { uid: owner, gid: owner };
  throw new ConnectorError(
    "embedded_postgres",
    `Postgres refuses to run as root, and there is no user to run it as (${CANDIDATES.join(" or ")}).`,
    { nextStep: "Run the connector as an ordinary user, or set DATABASE_URL to a Postgres of your own." },
  );
}
