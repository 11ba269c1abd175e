/** Discord's files as the core knows them. */

import { expect, it } from 'vitest';
import { readAttachment } from '../../../src/bots/discord/read-attachment.ts';

const file = { name: 'a.png', contentType: 'image/png', size: 3, duration: null };
const link = 'https://cdn.discordapp.com/attachments/1/2/a.png';

it('end when their link says so', () => {
  const signed = readAttachment({ ...file, url: `${link}?ex=65d903de&is=65c68ede&hm=2481f30d` });
  expect(signed.expiresAt).toBe(Date.parse('2024-02-23T20:45:18Z'));
  expect(readAttachment({ ...file, url: link })).not.toHaveProperty('expiresAt');
});
