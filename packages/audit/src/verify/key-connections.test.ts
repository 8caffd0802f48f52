import { connectKeys, type KeyConnection, webCrypto } from '@rack-gateway/audit-proof'
import { expect, test } from 'vitest'
import { noCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { nodeCrypto, type SigningKey, signingKeyOf } from '../signed-notes/signing-key.ts'

const [first, second, third, foreign] = [1, 2, 3, 4].map((byte) => signingKeyOf(Buffer.alloc(32, byte))) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
]

/** The checkpoint in which a key replaces another. @param previous null if the previous key is lost */
function change(number: number, current: SigningKey, replaces: SigningKey, previous: SigningKey | null = replaces) {
  const content = { number, at: '2026-11-25T14:00:00.000Z', previous: noCheckpoint, heads: [] }
  return signCheckpoint(content, { current, replaces: replaces.publicKey, previous })
}

/** The log: checkpoints 1 to 4 by the first key, 5 to 8 by the second, and from 9 on by the third. */
const changes = [change(5, second, first), change(9, third, second)]

async function connect(key: SigningKey, number: number, trusted: SigningKey, notes: readonly string[] = changes) {
  const checkpoint = { key: key.publicKey, number }
  const results: (KeyConnection | null)[] = []
  for (const crypto of [nodeCrypto, webCrypto])
    results.push(await connectKeys(checkpoint, trusted.publicKey.text, notes, crypto))
  expect(results[0]).toEqual(results[1])
  return results[0]
}

test('a key needs no change to be connected with its own checkpoints', async () => {
  expect(await connect(first, 3, first, [])).toEqual({ trustedIs: 'the-signer', changes: [] })
})

test('a newer key vouches for the keys that it replaced', async () => {
  expect(await connect(first, 3, second)).toEqual({ trustedIs: 'newer', changes: [5] })
  expect(await connect(first, 3, third)).toEqual({ trustedIs: 'newer', changes: [5, 9] })
})

test('an older key vouches for the keys that replaced it, also in the checkpoint of the change', async () => {
  expect(await connect(second, 5, first)).toEqual({ trustedIs: 'older', changes: [5] })
  expect(await connect(third, 12, first)).toEqual({ trustedIs: 'older', changes: [5, 9] })
  expect(await connect(third, 12, second)).toEqual({ trustedIs: 'older', changes: [9] })
})

test('the order of the notes does not matter', async () => {
  expect(await connect(third, 12, first, changes.toReversed())).toMatchObject({ trustedIs: 'older' })
  expect(await connect(first, 3, third, changes.toReversed())).toMatchObject({ trustedIs: 'newer' })
})

test('a replaced key does not vouch for a later checkpoint, nor a new key for an earlier one', async () => {
  expect(await connect(first, 5, second)).toBeNull()
  expect(await connect(first, 20, third)).toBeNull()
  expect(await connect(second, 4, first)).toBeNull()
})

test('a change that only one of the keys signed connects nothing', async () => {
  const unsigned = change(5, second, first, null)
  expect(await connect(second, 6, first, [unsigned])).toBeNull()
  expect(await connect(first, 3, second, [unsigned])).toBeNull()
  const byForeigner = change(5, second, first, foreign)
  expect(await connect(second, 6, first, [byForeigner])).toBeNull()
  const onlyByPrevious = change(5, second, first).replace(/(\n\n)— .*\n(— .*\n)$/, '$1$2')
  expect(await connect(second, 6, first, [onlyByPrevious])).toBeNull()
})

test('a missing, changed, or foreign note connects nothing', async () => {
  expect(await connect(third, 12, first, changes.slice(1))).toBeNull()
  expect(await connect(third, 12, first, [...changes.slice(0, 1), 'no note'])).toBeNull()
  expect(await connect(foreign, 12, first)).toBeNull()
  expect(await connect(third, 12, foreign)).toBeNull()
  const changed = changes.map((note) => note.replace('number 5', 'number 6'))
  expect(await connect(second, 6, first, changed)).toBeNull()
})
