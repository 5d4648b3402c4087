// Where the line's WhatsApp session stands, followed for as long as the connection is up.
//
//   up -> event.subscribe from now on -> line.status -> shown      "event" -> shown
//                                             \ an event that came meanwhile is newer
import { defaultPace, pause, type Connection, type Event, type Line, type LineID } from '@nodeline/client';
import type { Session } from '../../shared/red.js';

/** The name of its events on the connection, which carries those of triggers too. */
const subscription = 'config-node';

/** Follows one line; `changed` hears of what is new. */
export class SessionWatch {
  readonly #connection: Connection;
  readonly #line: LineID;
  readonly #changed: (session: Session) => void;
  /** Grows with each connection and each event: an answer to a question of before is old. */
  #turn = 0;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #session: Session | undefined;

  constructor(connection: Connection, line: LineID, changed: (session: Session) => void) {
    this.#connection = connection;
    this.#line = line;
    this.#changed = changed;
  }

  /** Where it stands; undefined while that is not known. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Call it each time the connection is up. */
  begin(): void {
    clearTimeout(this.#retry);
    void this.#look(++this.#turn);
  }

  /** Call it when the connection is lost: what stands is not known any more. */
  end(): void {
    clearTimeout(this.#retry);
    this.#turn++;
    this.#session = undefined;
  }

  /** Handles one pushed event. */
  receive(event: Event): void {
    if (event.subscription !== subscription || event.line !== this.#line || !event.state) return;
    this.#turn++;
    this.#show(event.state);
  }

  async #look(turn: number): Promise<void> {
    try {
      await this.#connection.call('event.subscribe', { line: this.#line, subscription, after: -1, kinds: ['line.state'] }, { resume: false });
      const line = await this.#connection.call('line.status', { line: this.#line }, { resume: false });
      this.#tries = 0;
      if (turn === this.#turn) this.#show(line);
    } catch {
      // Why is said by what attaches beside it; a lost connection begins anew.
      if (turn === this.#turn && this.#connection.isOpen) {
        this.#retry = setTimeout(() => this.begin(), pause(this.#tries++, defaultPace));
      }
    }
  }

  #show({ state, paused, phone, trouble }: Line): void {
    const session: Session = { state, paused, ...(phone ? { phone } : {}), ...(trouble ? { trouble } : {}) };
    if (JSON.stringify(session) === JSON.stringify(this.#session)) return;
    this.#session = session;
    this.#changed(session);
  }
}
