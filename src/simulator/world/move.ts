import type { ResourceName } from "./world.ts";

/** What happened to one record in one step of time. */
export interface Move {
  what: "changed" | "archived" | "vanished" | "appeared" | "returned";
  resource: ResourceName;
  id: string;
}
