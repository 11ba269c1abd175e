/** One second of a tone as a WAV file that says where it comes from. */

const samplesPerSecond = 8000;
/** Ends in zeros and has an even number of bytes, as the format wants it. */
const mark = 'Made by the sandbox: no model ran.\0\0';

/** Mono, 16 bits a sample; the same tone always gives the same bytes. */
export function makeTone(hertz: number): Buffer {
  const samples = Buffer.alloc(samplesPerSecond * 2);
  for (let index = 0; index < samplesPerSecond; index += 1) {
    const swing = Math.sin((2 * Math.PI * hertz * index) / samplesPerSecond);
    samples.writeInt16LE(Math.round(swing * 8000), index * 2);
  }
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(samplesPerSecond, 4);
  format.writeUInt32LE(samplesPerSecond * 2, 8);
  format.writeUInt16LE(2, 12);
  format.writeUInt16LE(16, 14);
  const comment = Buffer.concat([Buffer.from('INFO'), chunk('ICMT', Buffer.from(mark))]);
  const parts = [Buffer.from('WAVE'), chunk('fmt ', format), chunk('LIST', comment), chunk('data', samples)];
  return chunk('RIFF', Buffer.concat(parts));
}

/** `content` has an even number of bytes, as the format wants it. */
function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}
