// The bare loop that a sync is measured against: fetch every page of ads, parse it, forget it.
const { PINTEREST_API_URL, PINTEREST_ACCESS_TOKEN, BENCH_ACCOUNT } = process.env;
const statuses = ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"];
let bookmark: string | null = null;
let records = 0;
do {
  const url = new URL(`${PINTEREST_API_URL}/ad_accounts/${BENCH_ACCOUNT}/ads`);
  url.searchParams.set("page_size", "250");
  url.searchParams.set("order", "ASCENDING");
  for (const status of statuses) url.searchParams.append("entity_statuses", status);
  if (bookmark) url.searchParams.set("bookmark", bookmark);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${PINTEREST_ACCESS_TOKEN}` } });
  const page: { items: unknown[]; bookmark: string | null } = JSON.parse(await answer.text());
  records += page.items.length;
  bookmark = page.bookmark;
} while (bookmark);
process.stdout.write(`${records}\n`);
