/** One thing that must be so for the connector to do its work. */
export interface Check {
  readonly check: "database" | "schema" | "token" | "scheduler" | "freshness";
  readonly ok: boolean;
  /** For a person. Holds no secret. */
  readonly detail: string;
}

export function pass(check: Check["check"], detail: string): Check {
  return { check, ok: true, detail };
}

export function fail(check: Check["check"], detail: string): Check {
  return { check, ok: false, detail };
}
