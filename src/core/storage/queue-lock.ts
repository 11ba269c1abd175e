/** A lock that is handed on in the order in which it was asked for. */

export interface QueueLock {
  acquire(): Promise<void>;
  release(): void;
}

export function createQueueLock(): QueueLock {
  let locked = false;
  const waiting: (() => void)[] = [];
  return {
    acquire() {
      if (locked) return new Promise((resolve) => waiting.push(resolve));
      locked = true;
      return Promise.resolve();
    },
    release() {
      const next = waiting.shift();
      if (next) next();
      else locked = false;
    },
  };
}
