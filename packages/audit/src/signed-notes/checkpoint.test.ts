import { createHash, createPublicKey, verify } from 'node:crypto'
import { readNote } from '@rack-gateway/audit-proof'
import { expect, test } from 'vitest'
import { noCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint.ts'
import { isSignedBy, signNote } from './signed-note.ts'
import { keyName, readPublicKey, signingKeyOf } from './signing-key.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))
const other = signingKeyOf(Buffer.alloc(32, 2))
const heads = [
  { stream: '01a21003-ad1a-75d6-92a3-9774156aed61', size: 7, root: 'cd'.repeat(32), state: 'closed' },
  { stream: '01a21003-ad1a-75d6-92a3-9774156aed60', size: 4711, root: 'ab'.repeat(32), state: 'open' },
] as const
const content = { number: 1, at: '2026-11-25T14:00:00.000Z', previous: noCheckpoint, heads }
const written = signCheckpoint(content, { current: key, replaces: null, previous: null })

test('the example note of c2sp.org/signed-note is parsed', () => {
  const note = readNote(
    'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n',
  )
  expect(note?.text).toBe('Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n')
  expect(note?.signatures).toMatchObject([{ name: 'quasimodo.example/salvatore', id: '367ba04b' }])
})

test('a note of Go’s sumdb/note verifies with its key', () => {
  const vkey = readPublicKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  const note = readNote(
    'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'.replace(
      '’',
      "'",
    ),
  )
  if (vkey === null || note === null) throw new Error('unreadable')
  expect(isSignedBy(note, vkey)).toBe(true)
  expect(isSignedBy({ ...note, text: `${note.text} ` }, vkey)).toBe(false)
})

test('the key of RFC 8032 gives the signature of the RFC, and the standard name and ID', () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
  const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
  const known = signingKeyOf(seed)
  expect(known.sign('').toString('hex')).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  )
  const encoded = Buffer.concat([Buffer.of(1), publicKey])
  const id = createHash('sha256').update(`${keyName}\n`).update(encoded).digest('hex').slice(0, 8)
  expect(known.publicKey.text).toBe(`rack-gateway/audit+${id}+${encoded.toString('base64')}`)
  expect(readPublicKey(known.publicKey.text)?.text).toBe(known.publicKey.text)
})

test.each([
  key.publicKey.text.replace(key.publicKey.id, '00000000'),
  key.publicKey.text.slice(0, -4),
  `${key.publicKey.text} `,
  key.publicKey.text.replace('rack-gateway', 'rack gateway'),
  '',
])('%j is not a key', (text) => expect(readPublicKey(text)).toBeNull())

test('a checkpoint is a note that can be verified from its text alone', () => {
  expect(written.replace(/— .*/s, '')).toBe(`rack-gateway/audit/checkpoint/v1
number 1
at 2026-11-25T14:00:00.000Z
previous AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
key ${key.publicKey.text}
stream 01a21003-ad1a-75d6-92a3-9774156aed60 4711 q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s= open
stream 01a21003-ad1a-75d6-92a3-9774156aed61 7 zc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc0= closed

`)
  const [, text = '', line = ''] = /^(.*\n)\n— (.*)\n$/s.exec(written) ?? []
  const [name, signature = ''] = line.split(' ')
  expect(name).toBe('rack-gateway/audit')
  const raw = Buffer.from(key.publicKey.text.split('+').slice(2).join('+'), 'base64').subarray(1)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
  const bytes = Buffer.from(signature, 'base64')
  expect(bytes.toString('hex', 0, 4)).toBe(key.publicKey.id)
  expect(verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: 'jwk' }), bytes.subarray(4))).toBe(true)
})

test('a written checkpoint is read back', () => {
  const read = readCheckpoint(written)
  expect(read).toMatchObject({ number: 1, at: content.at, previous: noCheckpoint, replaces: null, written })
  expect(read?.heads).toEqual([heads[1], heads[0]])
  expect(read?.hash).toBe(
    createHash('sha256')
      .update(readNote(written)?.text ?? '')
      .digest('hex'),
  )
  expect(read && isSignedBy(read.note, key.publicKey)).toBe(true)
  expect(read && isSignedBy(read.note, other.publicKey)).toBe(false)
})

test('the first checkpoint of a new key is signed by it and by the previous key', () => {
  const changed = signCheckpoint(content, { current: other, replaces: key.publicKey, previous: key })
  const read = readCheckpoint(changed)
  expect(read?.replaces?.text).toBe(key.publicKey.text)
  for (const { publicKey } of [key, other]) expect(read && isSignedBy(read.note, publicKey)).toBe(true)
})

test('a checkpoint after a restore names the last checkpoint of the backup, and the event', () => {
  const restored = { from: 3, stream: heads[0].stream, seq: 2 }
  const note = signCheckpoint({ ...content, number: 9, restored }, { current: key, replaces: null, previous: null })
  expect(note).toContain(`\nrestored 3 ${heads[0].stream} 2\nstream `)
  expect(readCheckpoint(note)).toMatchObject({ number: 9, restored })
  expect(readCheckpoint(written)?.restored).toBeNull()
  for (const text of ['restored 9 ', 'restored 03 ', 'restored ', 'restored -1 '])
    expect(readCheckpoint(note.replace('restored 3 ', text)), text).toBeNull()
})

test('one invalid signature of a key invalidates the note', () => {
  const note = readNote(written)
  if (note === null) throw new Error('unreadable')
  const [good] = note.signatures
  if (good === undefined) throw new Error('no signature')
  const bad = { ...good, signature: Buffer.alloc(64) }
  expect(isSignedBy({ ...note, signatures: [good, bad] }, key.publicKey)).toBe(false)
})

test.each([
  ['another purpose', (text: string) => text.replace('checkpoint/v1', 'checkpoint/v2')],
  ['number 0', (text: string) => text.replace('number 1', 'number 0')],
  ['a number with a zero before it', (text: string) => text.replace('number 1', 'number 01')],
  ['a size with a zero before it', (text: string) => text.replace(' 7 ', ' 07 ')],
  ['another state', (text: string) => text.replace('closed', 'fine')],
  ['an invalid month', (text: string) => text.replace('-11-25T', '-13-25T')],
  ['a stream twice', (text: string) => text.replace('aed60', 'aed61')],
  ['streams that are not sorted', (text: string) => text.replace('aed60', 'aed62')],
  ['a line more', (text: string) => text.replace('\n\n', '\nmore\n\n')],
  ['a line less', (text: string) => text.replace(/previous .*\n/, '')],
  ['an invalid key', (text: string) => text.replace('+AY', '+AX')],
  ['a carriage return', (text: string) => text.replace('number 1', 'number 1\r')],
  ['a root of another length', (text: string) => text.replace('q6ur', '')],
  ['nothing', () => ''],
  ['no signature', (text: string) => text.replace(/— .*/s, '')],
])('a checkpoint with %s is rejected', (_, change) => {
  const changed = change(written)
  expect(changed).not.toBe(written)
  expect(readCheckpoint(changed)).toBeNull()
})

test('a signature covers only the text, independent of other signatures', () => {
  expect(signNote('text\n', [key, other]).split('— ')[1]).toBe(signNote('text\n', [key]).split('— ')[1])
})
