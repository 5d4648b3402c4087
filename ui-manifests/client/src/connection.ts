// One websocket that carries JSON-RPC, kept up for as long as it is wanted.
//
//   start -> opening -> open -> lost -> (pause) -> opening ...   until stop
//                        |        \ pending calls stay, and are sent again
//                        \ heartbeat: two beats without a sign of life end it
import { readAddress } from './address.js';
import { defaultPace, pause, type Pace } from './backoff.js';
import { fromRpc, localError, NodelineError } from './errors.js';
import { onceOnly, type ParamsOf, type ResultOf } from './methods.js';
import { limits, type Method } from './schema.gen.js';
import type { OpenSocket, Socket } from './socket.js';
import type { Lang } from './schema.gen.js';


/** What a connection needs. */
export interface ConnectionOptions {
  /** The sidecar, as people write it: "http://127.0.0.1:7450". */
  url: string;
  token: string;
  /** The language of the sidecar's sentences. */
  lang: Lang;
  /** Allow ws:// beyond this machine. Default false. */
  allowPlain?: boolean | undefined;
  open: OpenSocket;
  pace?: Pace;
  /** Milliseconds between heartbeats; two without an answer end the connection. Default 15,000. */
  heartbeatMs?: number;
  /** How long a call waits for its answer, outages included, milliseconds. Default 120,000. */
  patienceMs?: number;
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** It is open: for the first time, or again. */
  up?(): void;
  /** It cannot be opened, or was lost. Once per outage and code; tries go on by themselves. */
  down?(error: NodelineError): void;
  /** A notification that the sidecar pushed. */
  push?(method: string, params: unknown): void;
}

interface Pending {
  method: Method;
  text: string;
  resume: boolean;
  sent: boolean;
  resolve(result: unknown): void;
  reject(error: NodelineError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** How one call is made. */
export interface CallOptions {
  /** Send it again on the next connection when this one is lost. Default true. */
  resume?: boolean;
  /** Overrides the connection's patience, milliseconds. */
  patienceMs?: number;
}

/** A connection to one sidecar with one token. */
export class Connection {
  readonly #options: Required<Omit<ConnectionOptions, 'allowPlain'>> & { allowPlain: boolean };
  readonly #events: ConnectionEvents;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #socket: Socket | undefined;
  #open = false;
  #stopped = true;
  #tries = 0;
  /** The code that the outage, if there is one, was told with. */
  #outage: string | undefined;
  #silentBeats = 0;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #settled: (() => void) | undefined;
  /** The address is unusable: no try will ever help. */
  #hopeless: NodelineError | undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = {
      pace: defaultPace,
      heartbeatMs: 15_000,
      patienceMs: 120_000,
      ...options,
      allowPlain: options.allowPlain ?? false,
    };
    this.#events = events;
  }

  /** Whether calls go out at once. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Begins connecting, and goes on until stop. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#tries = 0;
    this.#outage = undefined;
    this.#connect();
  }

  /**
   * Lets running calls end for at most graceMs while the connection is up, then
   * closes it. Calls without an answer fail as client_stopped. A second stop is harmless.
   */
  async stop(graceMs = 0): Promise<void> {
    if (this.#stopped) return;
    if (this.#open && graceMs > 0 && this.#pending.size > 0) await this.#allSettled(graceMs);
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#disown()?.close();
    for (const call of [...this.#pending.values()]) call.reject(localError('client_stopped', this.#options.lang));
  }

  /**
   * Calls a method. While the sidecar is away the call waits, and one whose
   * answer was lost is made again: sends carry keys, so it happens once.
   * @throws {NodelineError}
   */
  call<M extends Method>(method: M, params: ParamsOf<M>, options: CallOptions = {}): Promise<ResultOf<M>> {
    const { lang, patienceMs } = this.#options;
    if (this.#stopped) return Promise.reject(localError('client_stopped', lang));
    if (this.#hopeless) return Promise.reject(this.#hopeless);
    const id = ++this.#lastId;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    if (new TextEncoder().encode(text).length >= limits.requestMaxBytes) return Promise.reject(localError('too_large', lang));
    return new Promise<unknown>((resolve, reject) => {
      const end = () => {
        clearTimeout(call.timer);
        this.#pending.delete(id);
        if (this.#pending.size === 0) this.#settled?.();
      };
      const call: Pending = {
        method,
        text,
        resume: options.resume ?? !onceOnly.has(method),
        sent: false,
        resolve: (result) => { end(); resolve(result); },
        reject: (error) => { end(); reject(error); },
        timer: setTimeout(() => {
          call.reject(localError(call.sent ? 'sidecar_silent' : 'sidecar_unreachable', lang));
        }, options.patienceMs ?? patienceMs),
      };
      this.#pending.set(id, call);
      if (this.#open) this.#send(call);
    }) as Promise<ResultOf<M>>;
  }

  #send(call: Pending): void {
    call.sent = true;
    this.#socket?.send(call.text);
  }

  #connect(): void {
    const { url, token, lang, allowPlain, open, heartbeatMs } = this.#options;
    let target: string;
    try {
      target = readAddress(url, lang, allowPlain).socket;
    } catch (error) {
      this.#hopeless = error as NodelineError;
      this.#fail(this.#hopeless);
      return;
    }
    const socket = open(target, token, {
      open: () => { if (socket === this.#socket) this.#opened(); },
      message: (text) => { if (socket === this.#socket) this.#receive(text); },
      alive: () => { this.#silentBeats = 0; },
      close: (end) => { if (socket === this.#socket) this.#lost(end); },
    });
    this.#socket = socket;
    this.#silentBeats = 0;
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
  }

  #opened(): void {
    this.#open = true;
    this.#outage = undefined;
    for (const call of this.#pending.values()) this.#send(call);
    this.#events.up?.();
  }

  #beat(): void {
    if (this.#silentBeats++ < 2) {
      if (this.#open) this.#socket?.ping();
      return;
    }
    // Taken for dead without waiting for a close that may never be told.
    this.#disown()?.close();
    this.#lost({ code: 1006, reason: 'no heartbeat' });
  }

  /** Forgets the socket: whatever it still says is not heard. */
  #disown(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    clearInterval(this.#heartbeat);
    return socket;
  }

  #lost(end: { code: number; reason: string; status?: number }): void {
    this.#disown();
    if (this.#stopped) return;
    const { lang, pace } = this.#options;
    const refused = end.status === 401 || end.status === 403;
    const error = refused
      ? new NodelineError(end.status === 401 ? 'unauthorized' : 'forbidden', unauthorized[lang])
      : localError('sidecar_unreachable', lang, end.reason || `websocket closed with ${end.code}`);
    for (const call of [...this.#pending.values()]) {
      if (refused) call.reject(error);
      else if (call.sent && !call.resume) call.reject(localError('call_lost', lang));
    }
    if (end.code === 1009) this.#largest()?.reject(localError('too_large', lang));
    this.#fail(error);
    this.#retry = setTimeout(() => this.#connect(), pause(this.#tries++, pace));
  }

  #largest(): Pending | undefined {
    return [...this.#pending.values()].filter((call) => call.sent)
      .sort((a, b) => b.text.length - a.text.length)[0];
  }

  #fail(error: NodelineError): void {
    if (this.#outage === error.code) return;
    this.#outage = error.code;
    this.#events.down?.(error);
  }

  #receive(text: string): void {
    let message: { id?: unknown; method?: unknown; params?: unknown; result?: unknown; error?: { code: number; message: string; data?: unknown } };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      return;
    }
    // The sidecar has answered or pushed: the outage, if there was one, is over for good.
    this.#tries = 0;
    if (typeof message.method === 'string') {
      this.#events.push?.(message.method, message.params);
      return;
    }
    const call = this.#pending.get(Number(message.id));
    if (!call) return;
    if (message.error) call.reject(fromRpc(message.error));
    else call.resolve(message.result);
  }

  #allSettled(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => { clearTimeout(timer); this.#settled = undefined; resolve(); };
      const timer = setTimeout(done, graceMs);
      this.#settled = done;
    });
  }
}

const unauthorized: Record<Lang, string> = {
  en: 'The sidecar does not take this line\'s token. Link the line again in its settings.',
  ru: 'Сервис не принимает токен этой линии. Привяжите линию заново в её настройках.',
};
