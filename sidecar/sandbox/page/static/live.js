// @ts-check
// The stream of updates. An update only says what changed; the page reads it again.

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5000;

/**
 * Follows the updates until stopped, and connects again by itself. `onopen`
 * runs after every connection: what happened before it is to be read again.
 * @param {{onopen: () => void, onlost: () => void, onupdate: (update: import('./api.js').Update) => void}} on
 */
export function follow(on) {
  let seq = 0;
  let pause = FIRST_PAUSE;
  let timer = 0;
  let stopped = false;
  /** @type {EventSource | null} */
  let source = null;

  function open() {
    clearTimeout(timer);
    if (stopped || source || document.hidden) return;
    const mine = new EventSource(seq ? `api/updates?since=${seq}` : 'api/updates');
    source = mine;
    mine.onopen = () => {
      pause = FIRST_PAUSE;
      on.onopen();
    };
    mine.onmessage = (event) => {
      const update = JSON.parse(event.data);
      if (typeof update.seq === 'number') seq = update.seq;
      on.onupdate(update);
    };
    // The browser's own retry keeps the first address; ours goes on from the last number.
    mine.onerror = () => {
      mine.close();
      if (source !== mine) return;
      source = null;
      on.onlost();
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  }

  // A browser allows a server few connections: tabs that nobody looks at give theirs back.
  function look() {
    if (!document.hidden) open();
    else {
      source?.close();
      source = null;
    }
  }

  window.addEventListener('online', open);
  document.addEventListener('visibilitychange', look);
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    window.removeEventListener('online', open);
    document.removeEventListener('visibilitychange', look);
    source?.close();
  };
}
