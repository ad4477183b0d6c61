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

/** Text from Pinterest for a terminal: control characters could move the cursor or hide what follows. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").replace(/\s+/g, " ");
}
