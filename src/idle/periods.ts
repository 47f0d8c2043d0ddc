/**
 * Idle periods of the host, whichever it is:
 *
 *   requestIdleCallback   browsers' windows: they say how long they can spare
 *   setImmediate          Node, Deno and Bun: between two turns of the event loop; nobody says how long
 *   setTimeout            workers, Safari: after what else is waiting; nobody says how long
 */

/** Asks for one idle period. Returns a function that takes the request back. */
export type RequestIdlePeriod = (
  /** Called once, with the milliseconds to spare; undefined when nobody knows. */
  callback: (spare: number | undefined) => void,
  options: {
    /** Milliseconds from now before which none is wanted. */
    readonly delay: number;
    /** A process with nothing else to do waits for it (Node). */
    readonly keepsAlive: boolean;
  },
) => () => void;

/** A timer: a number in browsers, an object in Node. */
type Timer = number | { unref(): void };

/** What a host may have of all that. */
export interface IdleHost {
  requestIdleCallback?(callback: (deadline: { timeRemaining(): number }) => void): number;
  cancelIdleCallback?(handle: number): void;
  setImmediate?(callback: () => void): Timer;
  clearImmediate?(timer: Timer): void;
  setTimeout(callback: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** The idle periods of a host; of this one by default. */
export function idlePeriods(host: IdleHost = globalThis as unknown as IdleHost): RequestIdlePeriod {
  return (callback, { delay, keepsAlive }) => {
    let cancel = () => {};
    const prepare = (timer: Timer) => {
      if (!keepsAlive && typeof timer === "object") timer.unref();
      return timer;
    };
    const wait = (ms: number, then: () => void) => {
      const timer = prepare(host.setTimeout(then, ms));
      cancel = () => host.clearTimeout(timer);
    };
    const request = () => {
      if (host.requestIdleCallback !== undefined) {
        const handle = host.requestIdleCallback((deadline) => callback(deadline.timeRemaining()));
        cancel = () => host.cancelIdleCallback?.(handle);
      } else if (host.setImmediate !== undefined) {
        const timer = prepare(host.setImmediate(() => callback(undefined)));
        cancel = () => host.clearImmediate?.(timer);
      } else wait(0, () => callback(undefined));
    };
    if (delay > 0) wait(delay, request);
    else request();
    return () => cancel();
  };
}
