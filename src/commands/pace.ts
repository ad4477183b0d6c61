/** A guess at the time left, from how fast slices were finished lately. Times are in milliseconds. */
export interface Pace {
  /** Notes that a slice ended at the moment `now`, loaded or failed. */
  note(now: number): void;
  /** Time that `slices` more will take at the pace of late; undefined before enough is known. */
  guess(slices: number, now: number): number | undefined;
}

/** Fewer slices say nothing: the first ones are small, and several run side by side. */
const ENOUGH_SLICES = 8;
/** Over a shorter time a pace is chance. */
const ENOUGH_MS = 5_000;
/** Slices that count as late: enough to hold one of every size, few enough to follow a change of pace. */
const LATE_SLICES = 40;
/** A new guess moves the shown one by half within this time, so that it does not jump about. */
const HALF_LIFE_MS = 10_000;

export function watchPace(startedAt: number): Pace {
  const ends: number[] = [startedAt];
  let shown: { at: number; endsAt: number } | undefined;

  function predict(slices: number, now: number): number | undefined {
    const [first = startedAt] = ends;
    const finished = ends.length - 1;
    const took = now - first;
    if (finished < ENOUGH_SLICES || took < ENOUGH_MS) return undefined;
    return (slices * took) / finished;
  }

  return {
    note(now) {
      ends.push(now);
      if (ends.length > LATE_SLICES + 1) ends.shift();
    },
    guess(slices, now) {
      const left = predict(slices, now);
      if (left === undefined) return undefined;
      // The end is smoothed and not the time left, which shrinks by itself while nothing changes.
      const endsAt = now + left;
      const kept = shown ? 0.5 ** ((now - shown.at) / HALF_LIFE_MS) : 0;
      shown = { at: now, endsAt: (shown?.endsAt ?? endsAt) * kept + endsAt * (1 - kept) };
      return Math.max(0, shown.endsAt - now);
    },
  };
}

const MINUTE_MS = 60_000;
/** Minutes beyond an hour are told in steps: nobody believes the single ones. */
const COARSE_MINUTES = 5;

/** "less than a minute left", "about 12 min left", "about 2 h 5 min left". */
export function describeTimeLeft(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / MINUTE_MS);
  if (minutes <= 1) return "less than a minute left";
  if (minutes < 60) return `about ${minutes} min left`;
  const coarse = Math.ceil(minutes / COARSE_MINUTES) * COARSE_MINUTES;
  return `about ${Math.floor(coarse / 60)} h ${coarse % 60} min left`;
}
