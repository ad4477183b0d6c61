const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** Up to here the smaller unit is worth a word: "3 h 20 min", but "14 h". */
const HOURS_WITH_MINUTES = 10;
const DAYS_WITH_HOURS = 2;

/** A length of time as people say it, in at most two units, rounded down: "45 s", "3 h 20 min", "1 d 4 h", "5 d". */
export function describeSpan(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  if (seconds < MINUTE_SECONDS) return `${Math.floor(seconds)} s`;
  if (seconds < HOUR_SECONDS) return `${Math.floor(seconds / MINUTE_SECONDS)} min`;
  const minutes = Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS);
  const hours = Math.floor((seconds % DAY_SECONDS) / HOUR_SECONDS);
  const days = Math.floor(seconds / DAY_SECONDS);
  if (days === 0) return join(`${hours} h`, hours < HOURS_WITH_MINUTES && minutes > 0 && `${minutes} min`);
  return join(`${days} d`, days < DAYS_WITH_HOURS && hours > 0 && `${hours} h`);
}

function join(large: string, small: string | false): string {
  return small ? `${large} ${small}` : large;
}
