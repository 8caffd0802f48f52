import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, base64Of, bytesOfHex, concat, hexOf, sha256, utf8 } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { leafOf, rootOf, siblingSides } from './merkle-path.ts'
import { readNoteKey } from './signed-note.ts'
import { type ProofInput, verifyProof } from './verify-proof.ts'

const stream = '01a2202e-6e55-7646-9171-966421143187'
const keyName = 'rack-gateway/audit'

async function createKey() {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const bytes = concat(Uint8Array.of(1), new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))
  const id = hexOf((await sha256(utf8(`${keyName}\n`), bytes)).slice(0, 4))
  return {
    text: `${keyName}+${id}+${base64Of(bytes)}`,
    async sign(text: string) {
      const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, utf8(text)))
      return `${text}\n— ${keyName} ${base64Of(concat(bytesOfHex(id) ?? utf8(''), signature))}\n`
    },
  }
}

/** RFC 6962, section 2.1, implemented literally. */
async function treeHash(leaves: readonly Bytes[]): Promise<Bytes> {
  const [only = utf8('')] = leaves
  if (leaves.length === 1) return only
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha256(Uint8Array.of(1), await treeHash(leaves.slice(0, k)), await treeHash(leaves.slice(k)))
}

/** The same for PATH(m, D[n]). */
async function pathOf(index: number, leaves: readonly Bytes[]): Promise<Bytes[]> {
  if (leaves.length <= 1) return []
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return index < k
    ? [...(await pathOf(index, left)), await treeHash(right)]
    : [...(await pathOf(index - k, right)), await treeHash(left)]
}

const key = await createKey()

/** An event among others of its stream, with a true proof. */
async function proven({
  seq = 4,
  size = 11,
  signer = key,
  name = key.text,
  origin = 'checkpoint',
} = {}): Promise<ProofInput> {
  const id = '01a22030-6e55-7646-9171-966421143187'
  const event = { v: 1, at: '2027-01-31T12:00:00.000Z', id, kind: 'call', rack: 'prod', seq, status: 403, stream }
  const prev = 'ab'.repeat(32)
  const text = canonicalJson(event)
  const hash = await sha256(bytesOfHex(prev) ?? utf8(''), utf8(text))
  const leaves = await Promise.all(
    Array.from({ length: size }, async (_, index) => leafOf(index === seq - 1 ? hash : await sha256(utf8(`${index}`)))),
  )
  const checkpoint = await signer.sign(
    [
      `rack-gateway/audit/${origin}/v1`,
      'number 7',
      'at 2027-01-31T12:01:00.000Z',
      `previous ${base64Of(new Uint8Array(32))}`,
      `key ${name}`,
      `stream ${stream} ${size} ${base64Of(await treeHash(leaves))} open`,
      '',
    ].join('\n'),
  )
  const path = (await pathOf(seq - 1, leaves)).map(hexOf)
  return {
    shownEvent: { id, event, canonical: text, hash: hexOf(hash), prev },
    proof: { format: 'rack-gateway/audit/proof/v1', event, prev, path, checkpoint, keyChanges: [] },
    keys: [key.text],
  }
}

const failedStep = async (input: ProofInput) => {
  const { isVerified, steps } = await verifyProof(input)
  expect(isVerified).toBe(false)
  return steps.at(-1)?.title
}

test('the event of a true proof is verified in six steps, at any position', async () => {
  for (const [seq, size] of [
    [1, 1],
    [1, 2],
    [4, 11],
    [11, 11],
    [8, 9],
  ] as const)
    expect(await verifyProof(await proven({ seq, size }))).toMatchObject({ isVerified: true, steps: { length: 6 } })
})

test('a leaf has at most one sibling for each level of the tree, and an index outside the tree gives null', () => {
  assert(
    property(integer({ min: 1, max: 5_000 }), integer({ min: 0, max: 4_999 }), (size, index) => {
      const sides = siblingSides(index, size)
      if (index >= size) expect(sides).toBeNull()
      else expect(sides?.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)))
    }),
  )
  expect(siblingSides(Number.NaN, 3)).toBeNull()
})

test('a path with a sibling too many has no root', async () => {
  const leaf = await sha256(utf8('leaf'))
  expect(await rootOf(leaf, { index: 0, size: 2 }, [leaf, leaf])).toBeNull()
})

describe('a forged response fails', () => {
  const other = 'cd'.repeat(32)

  test('another event is shown than was recorded', async () => {
    const input = await proven()
    const event = { ...input.shownEvent.event, kind: 'login.failed' }
    expect(await failedStep({ ...input, shownEvent: { ...input.shownEvent, event } })).toMatch(/on this page/)
  })

  test('the page and its recorded text were changed', async () => {
    const input = await proven()
    const event = { ...input.shownEvent.event, status: 200 }
    const shownEvent = { ...input.shownEvent, event, canonical: canonicalJson(event) }
    expect(await failedStep({ ...input, shownEvent })).toMatch(/about this event/)
    const proof = { ...input.proof, event }
    expect(await failedStep({ ...input, shownEvent, proof })).toMatch(/^The hash/)
    const hash = hexOf(await sha256(bytesOfHex(shownEvent.prev) ?? utf8(''), utf8(shownEvent.canonical)))
    expect(await failedStep({ ...input, shownEvent: { ...shownEvent, hash }, proof })).toMatch(/in the tree/)
  })

  test('the proof of another event is sent', async () => {
    const input = await proven()
    const foreign = await proven({ seq: 5 })
    expect(await failedStep({ ...input, proof: foreign.proof })).toMatch(/about this event/)
  })

  test.each([0, 1, 2, 3])('sibling %i of the path was changed', async (level) => {
    const input = await proven()
    const path = input.proof.path.with(level, other)
    expect(await failedStep({ ...input, proof: { ...input.proof, path } })).toMatch(/in the tree/)
  })

  test('the path is too short, too long, or no hex', async () => {
    const input = await proven()
    const { path } = input.proof
    for (const wrong of [path.slice(1), [...path, other], path.with(0, 'zz')])
      expect(await failedStep({ ...input, proof: { ...input.proof, path: wrong } })).toMatch(/in the tree/)
  })

  test('the previous hash was changed', async () => {
    const input = await proven()
    const shownEvent = { ...input.shownEvent, prev: other }
    expect(await failedStep({ ...input, shownEvent })).toMatch(/about this event/)
    expect(await failedStep({ ...input, shownEvent, proof: { ...input.proof, prev: other } })).toMatch(/^The hash/)
  })

  test('the checkpoint has another root, another size, or the stream twice', async () => {
    const { proof, ...input } = await proven()
    const line = /^stream .*$/m.exec(proof.checkpoint)?.[0] ?? ''
    const foreign = (await proven({ size: 12 })).proof.checkpoint
    for (const checkpoint of [
      foreign,
      proof.checkpoint.replace(line, `${line}\n${line}`),
      proof.checkpoint.replace(line, ''),
    ])
      expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/in the tree/)
  })

  test('the checkpoint was changed after it was signed', async () => {
    const { proof, ...input } = await proven()
    const checkpoint = proof.checkpoint.replace('number 7', 'number 8')
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/is signed/)
  })

  test('another key signed, in its own name or in the name of the true key', async () => {
    const signer = await createKey()
    expect(await failedStep(await proven({ signer, name: signer.text }))).toMatch(/key of this gateway/)
    expect(await failedStep(await proven({ signer }))).toMatch(/is signed/)
  })

  test('the signed text is no checkpoint', async () => {
    expect(await failedStep(await proven({ origin: 'archive' }))).toMatch(/is signed/)
  })

  test('the ID of the key belongs to another key', async () => {
    expect(await readNoteKey(key.text)).not.toBeNull()
    expect(await readNoteKey(key.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toBeNull()
  })

  test.each(['', 'no note', 'a\n\n— x y\n'])('the checkpoint is no note: %j', async (checkpoint) => {
    const { proof, ...input } = await proven()
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/in the tree/)
  })
})

test('the API can show another name for an API token, but not for a person', async () => {
  const input = await proven()
  const named = (kind: string, name: string) => {
    const recorded = { ...input.shownEvent.event, principal: { kind, id: 'x', name: 'ada@example.com' } }
    const event = { ...recorded, principal: { ...recorded.principal, name } }
    return { ...input, shownEvent: { ...input.shownEvent, event, canonical: canonicalJson(recorded) } }
  }
  expect(await failedStep(named('api-token', 'token:ada@example.com (ops)'))).toMatch(/about this event/)
  expect(await failedStep(named('user', 'bob@example.com'))).toMatch(/on this page/)
})
