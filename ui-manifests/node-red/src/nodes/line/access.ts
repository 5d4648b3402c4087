// Which tokens a settings dialog may use. A stored token goes to the address it
// was stored for and nowhere else; the dialog itself never sees it.
import { readFile } from 'node:fs/promises';
import { sameAddress } from '@nodeline/client';

/** Node-RED's word for a password that is stored and not shown. */
export const storedMark = '__PWRD__';

/** Where the sidecar is when nobody says. */
export const defaultUrl = 'http://127.0.0.1:7450';

/** What this Node-RED's environment says about its sidecar. */
export interface Environment {
  /** NODELINE_URL, or the default. */
  url: string;
  /** NODELINE_TOKEN_FILE: a file with an admin token, for linking. */
  tokenFile: string | undefined;
}

/** Reads the environment. */
export function environment(env: NodeJS.ProcessEnv = process.env): Environment {
  return { url: env['NODELINE_URL'] || defaultUrl, tokenFile: env['NODELINE_TOKEN_FILE'] || undefined };
}

/** What is stored of a deployed line. */
export interface Stored {
  url: string;
  token: string;
}

/**
 * The tokens to try for a dialog's call, best first.
 * @param typed the dialog's token field
 * @param url the dialog's address
 */
export async function tokensFor(typed: string, url: string, stored: Stored | undefined, env: Environment): Promise<string[]> {
  if (typed && typed !== storedMark) return [typed.trim()];
  const tokens: string[] = [];
  if (typed === storedMark && stored?.token && sameAddress(stored.url, url)) tokens.push(stored.token);
  if (env.tokenFile && sameAddress(env.url, url)) {
    const token = await readFile(env.tokenFile, 'utf8').then((text) => text.trim(), () => '');
    if (token) tokens.push(token);
  }
  return tokens;
}
