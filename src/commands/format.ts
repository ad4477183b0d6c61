const COUNT = new Intl.NumberFormat("en-US");
const AMOUNT = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** 12345 → "12,345". */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 1234.5 → "1,234.50", in whatever currency. */
export function formatAmount(amount: number): string {
  return AMOUNT.format(amount);
}

/** Milliseconds as people say them: "840 ms", "12.3 s", "4 min 5 s". */
export function formatDuration(milliseconds: number): string {
  // Rounded before it is split, or 119.7 s would read "1 min 60 s".
  if (Math.round(milliseconds) < 1000) return `${Math.round(milliseconds)} ms`;
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A moment in UTC to the second: "2026-01-31 05:30:00". */
export function formatMoment(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace("T", " ");
}

/** "1 run", "2 runs". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Text from Pinterest for a terminal: control characters could move the cursor or hide what follows. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").replace(/\s+/g, " ");
}
