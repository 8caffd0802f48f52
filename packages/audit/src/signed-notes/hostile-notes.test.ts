import { hash } from 'node:crypto'
import * as shared from '@rack-gateway/audit-proof'
import { expect, test } from 'vitest'
import { noCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint.ts'
import { isSignedBy, signNote } from './signed-note.ts'
import { nodeCrypto, signingKeyOf } from './signing-key.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))
const other = signingKeyOf(Buffer.alloc(32, 2))
const heads = [
  { stream: '01a21003-ad1a-75d6-92a3-9774156aed60', size: 4711, root: 'ab'.repeat(32), state: 'open' },
  { stream: '01a21003-ad1a-75d6-92a3-9774156aed61', size: 7, root: 'cd'.repeat(32), state: 'closed' },
] as const
const content = { number: 2, at: '2026-11-25T14:00:00.000Z', previous: noCheckpoint, heads }
const written = signCheckpoint(content, { current: key, replaces: null, previous: null })
const [text = '', signatureLine = ''] = [written.slice(0, written.indexOf('\n\n') + 1), written.match(/— .*\n$/)?.[0]]

type Outcome = 'unreadable' | 'unsigned' | 'signed'

function readByServer(note: string): Outcome {
  const checkpoint = readCheckpoint(note)
  if (checkpoint === null) return 'unreadable'
  return isSignedBy(checkpoint.note, checkpoint.key) ? 'signed' : 'unsigned'
}

async function readWith(crypto: shared.ProofCrypto, note: string): Promise<Outcome> {
  const checkpoint = await shared.readCheckpoint(note, crypto)
  if (checkpoint === null) return 'unreadable'
  return (await shared.isSignedBy(checkpoint.note, checkpoint.key, crypto)) ? 'signed' : 'unsigned'
}

/** A signature line of the key, made of other bytes after its ID. */
const lineWith = (signature: Uint8Array) =>
  `— ${key.publicKey.name} ${Buffer.concat([Buffer.from(key.publicKey.id, 'hex'), signature]).toString('base64')}\n`
/** The text with a change, and a true signature. */
const signed = (change: (before: string) => string) => {
  const changed = change(text)
  expect(changed).not.toBe(text)
  return signNote(changed, [key])
}

/** A note in the name of bytes that are no key, with a signature of zeros. */
function signedByNoKey(bytes: Uint8Array) {
  const id = hash('sha256', shared.keyIdInput({ name: key.publicKey.name, bytes: Uint8Array.from(bytes) })).slice(0, 8)
  const name = `${key.publicKey.name}+${id}+${Buffer.of(1, ...bytes).toString('base64')}`
  const signature = Buffer.concat([Buffer.from(id, 'hex'), Buffer.alloc(64)]).toString('base64')
  return `${text.replace(key.publicKey.text, name)}\n— ${key.publicKey.name} ${signature}\n`
}

test.each<readonly [string, Outcome, string]>([
  ['the true note', 'signed', written],
  ['a signature of another key too', 'signed', signNote(text, [key, other])],
  ['the same signature 16 times', 'signed', `${text}\n${signatureLine.repeat(16)}`],
  ['the same signature 17 times', 'unreadable', `${text}\n${signatureLine.repeat(17)}`],
  ['a control character in the text', 'unreadable', signed((before) => before.replace('number 2', 'number 2\u0000'))],
  ['a tab in the text', 'unreadable', signed((before) => before.replace('number 2', 'number\t2'))],
  ['a carriage return in the text', 'unreadable', signed((before) => before.replaceAll('\n', '\r\n'))],
  ['a control character in a key name', 'unreadable', written.replace('— rack', '— \u001brack')],
  ['half a surrogate pair in a key name', 'unreadable', written.replace('— rack', '— \ud800rack')],
  ['no signature', 'unreadable', `${text}\n`],
  ['no empty line', 'unreadable', `${text}${signatureLine}`],
  ['no last line break', 'unreadable', written.slice(0, -1)],
  ['more after the signatures', 'unreadable', `${written}more\n`],
  ['nothing', 'unreadable', ''],
  ['only line breaks', 'unreadable', '\n\n\n'],
  ['a signature of another key only', 'unsigned', signNote(text, [other])],
  ['a signature of zeros', 'unsigned', `${text}\n${lineWith(Buffer.alloc(64))}`],
  ['a signature of 63 bytes', 'unsigned', `${text}\n${lineWith(key.sign(text).subarray(1))}`],
  ['a signature of 65 bytes', 'unsigned', `${text}\n${lineWith(Buffer.concat([key.sign(text), Buffer.of(0)]))}`],
  ['no bytes after the ID', 'unreadable', `${text}\n${lineWith(Buffer.of())}`],
  ['an invalid signature after the true one', 'unsigned', `${written}${lineWith(Buffer.alloc(64))}`],
  ['an invalid signature before the true one', 'unsigned', `${text}\n${lineWith(Buffer.alloc(64))}${signatureLine}`],
  ['the signature under another name', 'unsigned', written.replace('— rack-gateway/audit', '— rack-gateway/other')],
  ['a plus sign in the name', 'unreadable', written.replace('— rack-gateway/audit', '— rack+gateway/audit')],
  ['a hyphen for the dash', 'unreadable', written.replace('— ', '- ')],
  ['base64 without padding', 'unreadable', written.replace(/=+\n$/, '\n')],
  ['base64 with unused bits', 'unreadable', `${text}\n${lineWith(key.sign(text)).replace(/[^=](=*\n)$/, '/$1')}`],
  ['a text that was changed after it was signed', 'unsigned', written.replace('number 2', 'number 3')],
  ['another purpose', 'unreadable', signed((before) => before.replace('checkpoint/v1', 'archive/v1'))],
  ['number 0', 'unreadable', signed((before) => before.replace('number 2', 'number 0'))],
  ['a number with a zero before it', 'unreadable', signed((before) => before.replace('number 2', 'number 02'))],
  ['a number beyond 2^53', 'unreadable', signed((before) => before.replace('number 2', 'number 9007199254740993'))],
  ['a size with a zero before it', 'unreadable', signed((before) => before.replace(' 7 ', ' 07 '))],
  ['an invalid day', 'unreadable', signed((before) => before.replace('11-25', '02-30'))],
  ['a time without decimals', 'unreadable', signed((before) => before.replace('.000Z', 'Z'))],
  ['an unknown state', 'unreadable', signed((before) => before.replace('closed', 'fine'))],
  ['a stream twice', 'unreadable', signed((before) => before.replace('aed60', 'aed61'))],
  ['streams that are not sorted', 'unreadable', signed((before) => before.replace('aed60', 'aed62'))],
  ['an unknown line', 'unreadable', signed((before) => `${before}more\n`)],
  ['an empty line', 'unreadable', signed((before) => before.replace('\nkey', '\n\nkey'))],
  ['the number twice', 'unreadable', signed((before) => before.replace('number 2', 'number 2\nnumber 2'))],
  ['the lines in another order', 'unreadable', signed((before) => before.replace(/(number .*\n)(at .*\n)/, '$2$1'))],
  ['a root of another length', 'unreadable', signed((before) => before.replace('q6ur', ''))],
  ['no previous hash', 'unreadable', signed((before) => before.replace(/previous .*\n/, ''))],
  ['a key with the ID of another', 'unreadable', signed((before) => before.replace(key.publicKey.id, '00000000'))],
  [
    'a replaced key with the ID of another',
    'unreadable',
    signed((before) =>
      before.replace('\nstream', `\nreplaces ${other.publicKey.text.replace(other.publicKey.id, '00000000')}\nstream`),
    ),
  ],
  ['a key that is no point of the curve', 'unsigned', signedByNoKey(Buffer.alloc(32, 0xff))],
  ['a key of another algorithm', 'unreadable', signed((before) => before.replace('+AY', '+Ao'))],
  [
    'a backup that is newer than the checkpoint',
    'unreadable',
    signed((before) => before.replace('\nstream', `\nrestored 2 ${heads[0].stream} 1\nstream`)),
  ],
])('the server and a browser read a checkpoint with %s alike: it is %s', async (_, outcome, note) => {
  expect(readByServer(note), 'the server').toBe(outcome)
  expect(await readWith(nodeCrypto, note), 'the command').toBe(outcome)
  expect(await readWith(shared.webCrypto, note), 'a browser').toBe(outcome)
})
