import { expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { createRequestLimits } from '../../src/core/request-limits.ts';

it('refuses one request too many, says when to try again, and leaves others alone', async () => {
  const limits = createRequestLimits({ count: 2, seconds: 3600 });
  await limits.take('web:ada');
  await limits.take('web:ada');
  const refusal = limits.take('web:ada');
  await expect(refusal).rejects.toBeInstanceOf(UserError);
  await expect(refusal).rejects.toThrow(
    /^That was more than 2 requests in an hour\. Try again in 60 minutes\.$/,
  );
  await limits.take('web:bob');
});
