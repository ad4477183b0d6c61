/**
 * Every entity status. Pinterest lists only ACTIVE and PAUSED unless asked for all; archived
 * entities still have spend, and leaving them out would orphan it.
 */
export const ENTITY_STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"] as const;
