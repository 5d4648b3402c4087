import type { Error as WireError } from '@nodeline/client';

/** What a failure tells, as sentences: of refused fields what is wrong with each says it all. */
export function explain({ message, hint, issues }: Pick<WireError, 'message' | 'hint' | 'issues'>): string {
  return issues?.length ? issues.map((issue) => issue.message).join(' ') : [message, hint].filter(Boolean).join(' ');
}

/** Minutes and seconds: "1:05". @param ms milliseconds; below zero counts as zero */
export function clock(ms: number): string {
  const left = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
