// @ts-check
// Tells data races within whatsmeow from all others.

/** Where whatsmeow and what it is made of come from. */
const theirs = 'go.mau.fi/';

/** Functions of Go's own library: the first part of their package has no dot. */
const isGos = (/** @type {string} */ name) => !name.includes('/') || !(name.split('/')[0] ?? '').includes('.');

/**
 * Whether a test failed of nothing but races between two places in whatsmeow. We cannot
 * mend those, and whether one strikes is a matter of microseconds; a race that has one
 * foot in our code is ours, and so is a test that says anything else is wrong.
 * @param {string} output of the test, as `go test` prints it
 */
export function failedOfTheirRaces(output) {
  const reports = output.split('==================\n').filter((part) => part.startsWith('WARNING: DATA RACE'));
  return reports.length > 0 && !/_test\.go:\d+:/.test(output) && reports.every(isTheirs);
}

/** Both accesses of a report are in whatsmeow. @param {string} report */
function isTheirs(report) {
  const accesses = report.split('\n\n').filter((part) => /\b(read|write) at 0x/i.test(part));
  return accesses.length === 2 && accesses.every((part) => {
    const frames = [...part.matchAll(/^ {2}(\S.*)$/gm)].map((match) => match[1] ?? '');
    return frames.find((name) => !isGos(name))?.startsWith(theirs) ?? false;
  });
}

/**
 * Whether a package failed of its failed tests alone: it printed nothing else that is
 * an error, and did not die.
 * @param {string} output of the package, without that of its tests
 */
export const failedOfItsTests = (output) => output.split('\n').every((line) => /^(|PASS|FAIL(\t.*)?|exit status 1)$/.test(line));
