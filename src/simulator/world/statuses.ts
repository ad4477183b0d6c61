import { choose } from "../random.ts";

export type EntityStatus = "ACTIVE" | "PAUSED" | "ARCHIVED" | "DRAFT" | "DELETED_DRAFT";

/** The enum of `entity_statuses`. */
export const ENTITY_STATUS_NAMES: readonly EntityStatus[] = [
  "ACTIVE",
  "PAUSED",
  "ARCHIVED",
  "DRAFT",
  "DELETED_DRAFT",
];

/** The documented default of `entity_statuses`, which hides archived and draft entities. */
export const DEFAULT_STATUSES: readonly EntityStatus[] = ["ACTIVE", "PAUSED"];

const SEQUENCE: readonly EntityStatus[] = [
  "ACTIVE",
  "ACTIVE",
  "PAUSED",
  "ARCHIVED",
  "ACTIVE",
  "ACTIVE",
  "DRAFT",
  "ACTIVE",
  "PAUSED",
  "DELETED_DRAFT",
  "ACTIVE",
];

/** Statuses in a fixed rotation, so that a small world holds every one of them. */
export function statusAt(index: number): EntityStatus {
  return choose(SEQUENCE, index);
}

const SUMMARY: Record<EntityStatus, string> = {
  ACTIVE: "RUNNING",
  PAUSED: "PAUSED",
  ARCHIVED: "ARCHIVED",
  DRAFT: "DRAFT",
  DELETED_DRAFT: "DELETED_DRAFT",
};

/** The effective state of a campaign or an ad group with this configured status. */
export function summarizeStatus(status: EntityStatus): string {
  return SUMMARY[status];
}
