import { isId } from "../query.ts";
import { adAccountNotFound, notPermitted, Refusal } from "../refusal.ts";
import type { AccountWorld } from "../world/world.ts";
import type { RouteContext } from "./route.ts";

/** The ad account named in the path: 400 if that is no id, 404 if unknown, 403 code 29 if denied. */
export function findAccount({ world, parts, isDenied }: RouteContext): AccountWorld {
  const id = parts[0] ?? "";
  if (!isId(id)) throw new Refusal(400, 400, "Invalid ad account id");
  const account = world.accounts.find((candidate) => candidate.id === id);
  if (account === undefined || isDenied(id, "hidden")) throw adAccountNotFound();
  if (isDenied(id, "ads")) throw notPermitted(403);
  return account;
}
