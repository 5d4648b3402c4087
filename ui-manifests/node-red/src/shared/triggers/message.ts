// What a trigger sends for an event.
import type { Event, Media, NodelineError } from '@nodeline/client';
import type { LineNode, Message } from '../red.js';

/** Who it is: a person, or a group. */
type Chat = NonNullable<Event['message']>['chat'];

/** Largest file that is taken into a message, bytes. */
const downloadMax = 50 << 20;

/** A link that ends sooner is renewed, milliseconds. */
const linkMinMs = 10 * 60_000;

/** Errors of a sidecar that cannot be asked now; the event waits for it. */
const away: ReadonlySet<string> = new Set(['sidecar_unreachable', 'sidecar_silent', 'call_lost', 'client_stopped', 'shutting_down', 'rate_limited']);

/** The file of a message. */
export interface MessageFile extends Partial<Media> {
  /** The file itself, where it was asked for. */
  data?: Buffer;
  /** Why it is not there, or has no link that works. */
  error?: { code: string; message: string; hint?: string };
}

/** The message that leaves for an event, without its file. */
export function messageOf(pushed: Event): Message {
  const event: Event = { ...pushed };
  delete event.subscription;
  const chat = chatOf(event);
  const phone = chat && (chat.phone ?? chat.lid ?? chat.jid);
  return {
    topic: event.kind,
    payload: payloadOf(event),
    ...(chat ? { chat } : {}),
    ...(phone ? { phone } : {}),
    event,
    eventId: event.id,
    sandbox: event.sandbox,
  } as unknown as Message;
}

/** The chat that an event is of. */
function chatOf({ message, status, edited, deleted, reaction, call, group, number }: Event): Chat | undefined {
  return (message ?? status ?? edited ?? deleted ?? reaction ?? call)?.chat ?? group?.group ?? number?.after;
}

/** The text of a message; of other events their own part. */
function payloadOf({ message, status, state, edited, deleted, reaction, call, group, number }: Event): unknown {
  if (message) return message.text ?? '';
  if (edited) return edited.text ?? '';
  return status ?? state ?? deleted ?? reaction ?? call ?? group ?? number;
}

/**
 * The file of an event's message with a link that works, and the file itself where it is
 * wanted; undefined where there is none. What cannot be had is told in `error`.
 * @throws {NodelineError} where the sidecar is away
 */
export async function fileOf(line: LineNode, { message }: Event, wanted: boolean, signal: AbortSignal): Promise<MessageFile | undefined> {
  const media = message?.media;
  if (!media) return undefined;
  const file: MessageFile = { ...media };
  try {
    if (Date.parse(media.urlExpiresAt) - Date.now() < linkMinMs) {
      const { url, urlExpiresAt } = await line.call('media.get', { line: line.line, mediaId: media.mediaId });
      Object.assign(media, { url, urlExpiresAt });
      Object.assign(file, { url, urlExpiresAt });
    }
    if (wanted) file.data = Buffer.from((await line.download(media.url, downloadMax, signal)).buffer);
  } catch (thrown) {
    const { code, message: said, hint } = thrown as NodelineError;
    if (!code || away.has(code)) throw thrown;
    file.error = { code, message: said, ...(hint ? { hint } : {}) };
  }
  return file;
}
