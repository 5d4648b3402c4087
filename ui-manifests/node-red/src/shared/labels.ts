/** How long a text is for a limit: Unicode code points. */
export function codePoints(text: string): number {
  return [...text].length;
}
