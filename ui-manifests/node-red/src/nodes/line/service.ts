// The one connection of a line's config node, and what its nodes do with it.
import {
  Connection, EventFeeds, HostFeed, Taken, type CallOptions, type Delivery, type Event, type Following, type Lang, type Method, type NodelineError, type ParamsOf, type Reader, type ResultOf, type Take,
} from '@nodeline/client';
import { openWs } from '@nodeline/client/ws';
import type { LineView, Session } from '../../shared/red.js';
import { SessionWatch } from './session.js';

/** How long running calls may end when a flow is stopped, milliseconds. */
const graceMs = 5_000;

/** What was taken, by host: it outlives redeploys, and so do repeats. */
const takenByHost = new Map<string, Taken>();

/** A line as its config node describes it. */
export interface LineSettings {
  url: string;
  token: string;
  line: string;
  host: string;
  lang: Lang;
  allowPlain: boolean;
}

/** What the service says to the log: each once per outage and reason. */
export interface LineLog {
  up(): void;
  down(error: NodelineError): void;
  /** The session got to another state than the one last known, which was `before`. */
  session(now: Session, before: Session | undefined): void;
  dropped(delivery: Delivery, error: unknown): void;
}

/** Carries calls and outcomes of one line. */
export class LineService {
  readonly #connection: Connection;
  readonly #feed: HostFeed;
  readonly #events: EventFeeds;
  readonly #watch: SessionWatch;
  readonly #log: LineLog;
  readonly #watchers = new Set<(view: LineView) => void>();
  #view: LineView;
  #session: Session | undefined;
  /** The code of what the log was told last, until everything works again. */
  #complaint: string | undefined;

  constructor(settings: LineSettings, log: LineLog) {
    let taken = takenByHost.get(settings.host);
    if (!taken) takenByHost.set(settings.host, taken = new Taken());
    this.#log = log;
    this.#view = !settings.line ? { at: 'unset', lacks: 'line' } : !settings.token ? { at: 'unset', lacks: 'token' } : { at: 'connecting' };
    this.#connection = new Connection({ ...settings, open: openWs }, {
      up: () => {
        this.#feed.attach();
        this.#watch.begin();
        this.#events.up();
      },
      down: (error) => {
        this.#feed.detach();
        this.#watch.end();
        this.#events.down();
        this.#trouble(error);
      },
      push: (method, params) => {
        if (method === 'delivery') this.#feed.receive(params as Delivery);
        if (method === 'event' && !this.#events.receive(params as Event)) this.#watch.receive(params as Event);
      },
    });
    this.#feed = new HostFeed(this.#connection, settings, taken, {
      attached: () => this.#ready(),
      refused: (error) => this.#trouble(error),
      dropped: log.dropped,
    });
    this.#events = new EventFeeds(this.#connection, settings.line);
    this.#watch = new SessionWatch(this.#connection, settings.line, (session) => this.#told(session));
  }

  get view(): LineView {
    return this.#view;
  }

  /** Connects, where the line is set; every node must have registered before. */
  start(): void {
    if (this.#view.at !== 'unset') this.#connection.start();
  }

  /** Lets running calls end and disconnects. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    await this.#connection.stop(graceMs);
    this.#feed.detach();
    this.#watch.end();
    this.#events.down();
  }

  call<M extends Method>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>> {
    return this.#connection.call(method, params, options);
  }

  take(node: string, take: Take): () => void {
    return this.#feed.take(node, take);
  }

  follow(following: Following, reader: Reader): () => Promise<void> {
    return this.#events.follow(following, reader);
  }

  watch(listener: (view: LineView) => void): () => void {
    this.#watchers.add(listener);
    listener(this.#view);
    return () => this.#watchers.delete(listener);
  }

  #trouble(error: NodelineError): void {
    this.#show({ at: 'down', error });
    if (this.#complaint !== error.code) this.#log.down(error);
    this.#complaint = error.code;
  }

  #told(session: Session): void {
    this.#log.session(session, this.#session);
    this.#session = session;
    this.#ready();
  }

  /** Both are needed: outcomes come, and it is known where the session stands. */
  #ready(): void {
    if (!this.#feed.isAttached || !this.#watch.session) return;
    this.#show({ at: 'ready', session: this.#watch.session });
    if (this.#complaint) this.#log.up();
    this.#complaint = undefined;
  }

  #show(view: LineView): void {
    this.#view = view;
    for (const listener of this.#watchers) listener(view);
  }
}
