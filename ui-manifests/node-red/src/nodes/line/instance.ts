import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The file in Node-RED's user folder that names this installation. */
const fileName = '.nodeline-instance';

/**
 * The id of this Node-RED installation: made once and kept in its user folder, so
 * that answers find it again after a restart, and two installations never take
 * each other's answers.
 * @throws what reading or writing the file throws
 */
export function instanceId(userDir: string): string {
  const file = path.join(userDir, fileName);
  try {
    writeFileSync(file, `${randomBytes(10).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const id = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{20}$/.test(id)) throw new Error(`${fileName} does not hold an instance id`);
  return id;
}

/** The name under which a config node receives its answers; stable over restarts. */
export function hostId(instance: string, node: string): string {
  return `nr-${instance}-${node}`.replace(/[^A-Za-z0-9._:-]/g, '-').slice(0, 128);
}
