/** The simulated processes' book keeps the promises of the real one. */

import { createFakeClock } from '../../fake-clock.ts';
import { createSharedBook } from './shared-book.ts';
import { describeSharedSlots, LEASE_MS } from './shared-slots-contract.ts';

describeSharedSlots('slots shared in memory', async () => {
  const clock = createFakeClock();
  const book = createSharedBook(clock, { leaseMs: LEASE_MS });
  const taking = async <T>(work: Promise<T>) => {
    await clock.advance(0);
    return work;
  };
  return {
    async join() {
      const member = book.join();
      return { slots: { take: (request) => taking(member.take(request)) }, die: member.die };
    },
    now: clock.now,
    pass: (ms) => clock.advance(ms),
    close: async () => undefined,
  };
});
