import { canonical, readVerifierKey, webCrypto } from '@rack-gateway/audit-proof'
import { type Bytes, base64Of, bytesOfHex, concat, hexOf, utf8 } from '@rack-gateway/audit-proof/bytes'
import { describe, expect, test } from 'vitest'
import { type ProofInput, verifyEvent } from './verify-event.ts'

const stream = '01a2202e-6e55-7646-9171-966421143187'
const keyName = 'rack-gateway/audit'

const sha256 = async (...parts: Bytes[]): Promise<Bytes> => webCrypto.sha256(concat(...parts))
const leafOf = (eventHash: Bytes) => sha256(Uint8Array.of(0), eventHash)

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
const pinOf = (text: string) => ({ key: text, pinnedAt: '2027-01-01T00:00:00.000Z', from: 'entered' }) as const

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
  const text = canonical(event)
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
    pin: null,
  }
}

const failedStep = async (input: ProofInput) => {
  const { isVerified, steps } = await verifyEvent(input)
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
    expect(await verifyEvent(await proven({ seq, size }))).toMatchObject({ isVerified: true, steps: { length: 6 } })
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
    const shownEvent = { ...input.shownEvent, event, canonical: canonical(event) }
    expect(await failedStep({ ...input, shownEvent })).toMatch(/about this event/)
    const proof = { ...input.proof, event }
    expect(await failedStep({ ...input, shownEvent, proof })).toMatch(/^The hash/)
    const hash = hexOf(await sha256(bytesOfHex(shownEvent.prev) ?? utf8(''), utf8(shownEvent.canonical)))
    expect(await failedStep({ ...input, shownEvent: { ...shownEvent, hash }, proof })).toMatch(/in the signed tree/)
  })

  test('the proof of another event is sent', async () => {
    const input = await proven()
    const foreign = await proven({ seq: 5 })
    expect(await failedStep({ ...input, proof: foreign.proof })).toMatch(/about this event/)
  })

  test.each([0, 1, 2, 3])('sibling %i of the path was changed', async (level) => {
    const input = await proven()
    const path = input.proof.path.with(level, other)
    expect(await failedStep({ ...input, proof: { ...input.proof, path } })).toMatch(/in the signed tree/)
  })

  test('the path is too short, too long, or no hex', async () => {
    const input = await proven()
    const { path } = input.proof
    for (const wrong of [path.slice(1), [...path, other]])
      expect(await failedStep({ ...input, proof: { ...input.proof, path: wrong } })).toMatch(/in the signed tree/)
    expect(await failedStep({ ...input, proof: { ...input.proof, path: path.with(0, 'zz') } })).toMatch(
      /about this event/,
    )
  })

  test.each([null, 'text', [], {}, { event: null }])('the proof is %j', async (proof) => {
    const input = await proven()
    expect(await failedStep({ ...input, proof: proof as unknown as ProofInput['proof'] })).toMatch(/about this event/)
  })

  test('the recorded text is not JSON, or has no canonical form', async () => {
    const input = await proven()
    const shownEvent = { ...input.shownEvent, canonical: '{' }
    expect(await failedStep({ ...input, shownEvent })).toMatch(/on this page/)
    const event = { ...input.shownEvent.event, app: '\ud800' }
    expect(await failedStep({ ...input, shownEvent: { ...input.shownEvent, event } })).toMatch(/on this page/)
    expect(await failedStep({ ...input, proof: { ...input.proof, event } })).toMatch(/about this event/)
  })

  test('the previous hash was changed', async () => {
    const input = await proven()
    const shownEvent = { ...input.shownEvent, prev: other }
    expect(await failedStep({ ...input, shownEvent })).toMatch(/about this event/)
    expect(await failedStep({ ...input, shownEvent, proof: { ...input.proof, prev: other } })).toMatch(/^The hash/)
  })

  test('a signed checkpoint has another root, or lacks the stream', async () => {
    const { proof, ...input } = await proven()
    const { checkpoint } = (await proven({ size: 12 })).proof
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/in the signed tree/)
    const text = `${proof.checkpoint.slice(0, proof.checkpoint.indexOf('\n\n'))}\n`
    const without = await key.sign(text.replace(/^stream .*\n/m, ''))
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint: without } })).toMatch(/in the signed tree/)
    const twice = await key.sign(text.replace(/^(stream .*\n)/m, '$1$1'))
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint: twice } })).toMatch(/is signed/)
  })

  test('the checkpoint was changed after it was signed', async () => {
    const { proof, ...input } = await proven()
    const checkpoint = proof.checkpoint.replace('number 7', 'number 8')
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/is signed/)
  })

  test('another key signed, in its own name or in the name of the true key', async () => {
    const signer = await createKey()
    expect(await failedStep(await proven({ signer, name: signer.text }))).toMatch(/this gateway names/)
    expect(await failedStep(await proven({ signer }))).toMatch(/is signed/)
  })

  test('the signed text is no checkpoint', async () => {
    expect(await failedStep(await proven({ origin: 'archive' }))).toMatch(/is signed/)
  })

  test('the ID of the key belongs to another key', async () => {
    expect(await readVerifierKey(key.text, webCrypto)).not.toBeNull()
    expect(await readVerifierKey(key.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), webCrypto)).toBeNull()
  })

  test.each(['', 'no note', 'a\n\n— x y\n'])('the checkpoint is no note: %j', async (checkpoint) => {
    const { proof, ...input } = await proven()
    expect(await failedStep({ ...input, proof: { ...proof, checkpoint } })).toMatch(/is signed/)
  })
})

test('the API can show another name for an API token, but not for a person', async () => {
  const input = await proven()
  const named = (kind: string, name: string) => {
    const recorded = { ...input.shownEvent.event, principal: { kind, id: 'x', name: 'ada@example.com' } }
    const event = { ...recorded, principal: { ...recorded.principal, name } }
    return { ...input, shownEvent: { ...input.shownEvent, event, canonical: canonical(recorded) } }
  }
  expect(await failedStep(named('api-token', 'token:ada@example.com (ops)'))).toMatch(/about this event/)
  expect(await failedStep(named('user', 'bob@example.com'))).toMatch(/on this page/)
})

describe('the key', () => {
  test('without a pin, the key that the gateway sent is used', async () => {
    expect((await verifyEvent(await proven())).key).toEqual({ key: key.text, pin: null, connection: null })
  })

  test('a pinned key is enough: the keys that the gateway sends do not matter', async () => {
    const pin = pinOf(key.text)
    const result = await verifyEvent({ ...(await proven()), pin, keys: [] })
    expect(result).toMatchObject({
      isVerified: true,
      key: { key: key.text, pin, connection: { trustedIs: 'the-signer' } },
    })
  })

  test('another key than the pinned one fails, even if the gateway names it', async () => {
    const signer = await createKey()
    const pin = pinOf(key.text)
    const input = { ...(await proven({ signer, name: signer.text })), pin, keys: [signer.text] }
    expect(await failedStep(input)).toMatch(/that you pinned/)
    expect((await verifyEvent(input)).key).toEqual({ key: signer.text, pin, connection: null })
  })

  test('a key is not named if an earlier step failed', async () => {
    const { proof, ...input } = await proven()
    const checkpoint = proof.checkpoint.replace('number 7', 'number 8')
    expect((await verifyEvent({ ...input, pin: pinOf(key.text), proof: { ...proof, checkpoint } })).key).toBeNull()
  })
})
