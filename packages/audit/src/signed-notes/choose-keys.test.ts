import { expect, test } from 'vitest'
import { chooseKeys } from './choose-keys.ts'
import { signingKeyOf } from './signing-key.ts'

const [old, now, next] = [1, 2, 3].map((byte) => signingKeyOf(Buffer.alloc(32, byte))) as [
  ReturnType<typeof signingKeyOf>,
  ReturnType<typeof signingKeyOf>,
  ReturnType<typeof signingKeyOf>,
]
const text = ({ publicKey }: typeof old) => publicKey.text
const known = new Set([text(old), text(now)])

test('the newest key signs the first checkpoint and later ones', () => {
  const keys = { current: now, replaces: null, previous: null }
  expect(chooseKeys([now, old], null, new Set())).toEqual({ kind: 'sign', keys })
  expect(chooseKeys([now, old], text(now), known)).toEqual({ kind: 'sign', keys })
})

test('a new key is signed by the previous one', () => {
  const choice = chooseKeys([next, now], text(now), known)
  expect(choice).toMatchObject({ kind: 'sign', keys: { current: next, previous: now } })
  expect(choice.kind === 'sign' && choice.keys.replaces?.text).toBe(text(now))
})

test('without the previous signing key, the change of keys still names the previous public key', () => {
  const choice = chooseKeys([next], text(now), known)
  expect(choice).toMatchObject({ kind: 'sign', keys: { current: next, previous: null } })
  expect(choice.kind === 'sign' && choice.keys.replaces?.text).toBe(text(now))
})

test('a replica with only an older key does not sign', () => {
  expect(chooseKeys([old], text(now), known)).toEqual({ kind: 'outdated', current: text(now) })
})

test('a replica with both keys signs with the current one', () => {
  expect(chooseKeys([old, now], text(now), known)).toMatchObject({ keys: { current: now, replaces: null } })
})
