import { isId } from "../query.ts";
import { accountDisapproved, adAccountNotFound, notPermitted, Refusal } from "../refusal.ts";
import type { AccountWorld } from "../world/world.ts";
import type { RouteContext } from "./route.ts";

/** The ad account named in the path: 400 if that is no id, 404 if unknown, 403 if denied. */
export function findAccount({ world, parts, isDenied }: RouteContext): AccountWorld {
  const id = parts[0] ?? "";
  if (!isId(id)) throw new Refusal(400, 400, "Invalid ad account id");
  const account = world.accounts.find((candidate) => candidate.id === id);
  if (account === undefined || isDenied(id, "hidden")) throw adAccountNotFound();
  if (isDenied(id, "ads")) throw notPermitted(403);
  refuseShut(id, isDenied);
  return account;
}

/** 403 for whatever is asked of an ad account that may not be read at all: code 29, or 2625 if it is suspended. */
export function refuseShut(id: string, isDenied: RouteContext["isDenied"]): void {
  if (isDenied(id, "withdrawn")) throw notPermitted(403);
  if (isDenied(id, "suspended")) throw accountDisapproved();
}
