import type { ICredentialsDecrypted, ICredentialTestFunctions, IDataObject, INodeCredentialTestResult } from 'n8n-workflow';
import { baseOf } from '../generated/base.gen';
import { problemIn, type Problem } from '../generated/problem.gen';
import { problemOf } from './errors';
import { lineLabel, type Line } from './lines';

const states = new Map([
  ['unlinked', 'Not linked yet'],
  ['linking', 'Not linked yet'],
  ['logged_out', 'WhatsApp has unlinked this line'],
  ['banned', 'WhatsApp refuses this account'],
]);

/** What the test of a credential says of the lines that it reaches. */
export function verdictOn(lines: Line[], base: string): INodeCredentialTestResult {
  if (!lines.length) return { status: 'Error', message: `Not linked yet: open ${base} and link a WhatsApp account there.` };
  const unusable = lines.filter((line) => states.has(line.state));
  const [first] = unusable;
  if (first && unusable.length === lines.length) {
    return { status: 'Error', message: `${states.get(first.state)}: open ${base} and link the line "${first.name}" there.` };
  }
  return { status: 'OK', message: `Connected: ${lines.map(lineLabel).join(', ')}` };
}

const sentence = ({ message, hint }: Problem) => (hint ? `${message} ${hint}` : message);

/** Tests a credential of URL and token: what is wrong with it, in a sentence that says what to do. */
export async function nodelineApiTest(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
  const data: IDataObject = credential.data ?? {};
  let base = String(data.sidecarUrl ?? '');
  try {
    base = baseOf(base);
    const response = await fetch(`${base}/rpc`, {
      method: 'POST',
      // A redirect could carry the token to somebody else.
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'accept-language': 'en', authorization: `Bearer ${String(data.token ?? '')}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'line.list', params: {} }),
    });
    const body = (await response.json().catch(() => undefined)) as IDataObject | undefined;
    const problem = problemIn(body);
    if (problem) return { status: 'Error', message: sentence(problem) };
    const lines = (body?.result as IDataObject | undefined)?.lines;
    if (!Array.isArray(lines)) return { status: 'Error', message: sentence(problemOf({ httpCode: String(response.status) }, base)) };
    return verdictOn(lines as unknown as Line[], base);
  } catch (error) {
    return { status: 'Error', message: sentence(problemOf(error, base)) };
  }
}
