import { expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { createRequestLimits } from '../../src/core/request-limits.ts';

it('refuses one request too many, says when to try again, and leaves others alone', async () => {
  const limits = createRequestLimits({ count: 2, seconds: 3600 });
  await limits.take('web:ada', 'ask');
  await limits.take('web:ada', 'ask');
  const refusal = limits.take('web:ada', 'ask');
  await expect(refusal).rejects.toBeInstanceOf(UserError);
  await expect(refusal).rejects.toThrow(
    /^That was more than 2 requests in an hour\. Try again in 60 minutes\.$/,
  );
  await limits.take('web:bob', 'ask');
});

it('lets a command rest after it was used, for the one who used it', async () => {
  const limits = createRequestLimits({ count: 10, seconds: 60, cooldowns: new Map([['imagine', 30]]) });
  await limits.take('web:ada', 'imagine');
  // Not admitted: nothing to rest from.
  await limits.take('web:ada', 'imagine');
  await limits.rest('web:ada', 'imagine');
  const refusal = limits.take('web:ada', 'imagine');
  await expect(refusal).rejects.toBeInstanceOf(UserError);
  await expect(refusal).rejects.toThrow('You can use `/imagine` once every 30 s. Try again in 30 s.');
  await limits.take('web:ada', 'ask');
  await limits.take('web:bob', 'imagine');
});
