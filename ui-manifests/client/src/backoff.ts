/** How long to wait between tries, milliseconds. */
export interface Pace {
  /** Before the second try. Default 3,000. */
  firstMs: number;
  /** The longest pause. Default 60,000. */
  longestMs: number;
}

/** The default pace: 3 s, doubled each time, at most 60 s. */
export const defaultPace: Pace = { firstMs: 3_000, longestMs: 60_000 };

/**
 * The pause before try number `tries` + 1, counted from 0. Half of it is chance,
 * so that many hosts that lost one sidecar do not come back in step.
 */
export function pause(tries: number, pace: Pace, random: () => number = Math.random): number {
  const whole = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(tries, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
