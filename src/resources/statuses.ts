/**
 * Every entity status. Pinterest lists only ACTIVE and PAUSED unless asked for all; archived
 * entities still have spend, and leaving them out would orphan it.
 */
export const ENTITY_STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"] as const;

/**
 * How entities are listed: all of them, oldest first. Entities that are created while the listing is
 * read then come at its end, and do not shift a page that was not read yet.
 */
export const EVERY_ENTITY = { entity_statuses: ENTITY_STATUSES, order: "ASCENDING" } as const;
