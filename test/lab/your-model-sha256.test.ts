import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from '../../lab/src/your-model/sha256.js';

/** FIPS 180-4's examples: one block, two blocks, none. */
test.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])("'%s'", (text, expected) => {
  expect(new Sha256().update(new TextEncoder().encode(text)).digest()).toBe(expected);
});

test('in any pieces it is what Node says of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
      const own = new Sha256();
      const node = createHash('sha256');
      for (const piece of pieces) {
        own.update(piece);
        node.update(piece);
      }
      expect(own.digest()).toBe(node.digest('hex'));
    }),
  );
});

test('many blocks', () => {
  const piece = new Uint8Array(2 ** 20).fill(7);
  const own = new Sha256();
  const node = createHash('sha256');
  for (let i = 0; i < 2; i++) {
    own.update(piece);
    node.update(piece);
  }
  expect(own.digest()).toBe(node.digest('hex'));
});
