/** Faults of any request and of lists. */
export const FAULT_KINDS = [
  /** 429 code 8; see `retryAfterSeconds`. */
  "rate_limited",
  /** 500 code 500. */
  "internal_error",
  /** 503 with an HTML body, as a gateway sends it. */
  "unavailable",
  /** The connection is reset instead of an answer. */
  "connection_reset",
  /** The request is accepted and never answered. */
  "hang",
  /** Content-Length announces more than is sent before the connection closes. */
  "truncated_body",
  /** Complete HTTP, but the JSON ends in the middle. */
  "cut_json",
  /** Status 200 and a web page. */
  "html",
  /** Status 200 and JSON without the data: no `items` in a listing. */
  "missing_items",
  /** The access token of this request is revoked; it and the token's later requests get 401 code 2. */
  "token_revoked",
  /** The page names the bookmark it was asked with as the next one. Not on a first page. */
  "repeated_bookmark",
  /** No items, but a new bookmark that leads on. */
  "empty_page",
  /** One more item in the page that cannot simply be loaded; see `poison`. Not in empty pages. */
  "poisoned_record",
] as const;

/** Faults of metrics. */
export const ANALYTICS_FAULT_KINDS = [
  /** The report that is ordered ends as FAILED. This and the next ones: the order itself is answered as usual. */
  "report_failed",
  /** … as CANCELLED. */
  "report_cancelled",
  /** … as EXPIRED. */
  "report_expired",
  /** … never: IN_PROGRESS for ever. */
  "report_stuck",
  /** … with a status that no documentation mentions. */
  "report_unknown_status",
  /** If the report has no rows, it is FINISHED without an address; otherwise as usual. */
  "no_url",
  /** Ids in the report's rows are texts instead of bare numbers. */
  "string_ids",
  /** The report is nested by date, although by id was asked for. */
  "date_first",
  /** Ordering a report is refused: 403 code 29. */
  "reports_refused",
  /** 400 "Columns … are not available." if one of `columns` is asked for; see also `level`. */
  "columns_refused",
  /** 400 "Retry after N seconds", of requests for metrics; see `retryAfterSeconds`. */
  "retry_after_400",
  /** 400 "You can only get data from the last 90 days", whatever the dates; of synchronous analytics. */
  "spurious_90_days",
  /** The address of a report's file is answered as if it were too old: 403. */
  "link_expired",
  /** The connection of a download breaks in the middle. */
  "download_cut",
  /** The download is complete HTTP, but the JSON ends in the middle. */
  "download_cut_json",
  /** 500 of the file server, which does not speak JSON. */
  "download_500",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number] | (typeof ANALYTICS_FAULT_KINDS)[number];

/** What a request is for. */
export type Served = "page" | "object" | "token" | "analytics" | "report" | "report_poll" | "report_file";
