import { expect, test } from 'vitest'
import { chooseKeys } from './key-choice.ts'
import { signingKeyOf } from './signing-key.ts'

const [old, now, next] = [1, 2, 3].map((byte) => signingKeyOf(Buffer.alloc(32, byte))) as [
  ReturnType<typeof signingKeyOf>,
  ReturnType<typeof signingKeyOf>,
  ReturnType<typeof signingKeyOf>,
]
const text = ({ publicKey }: typeof old) => publicKey.text
const known = new Set([text(old), text(now)])

test('the newest key signs the first checkpoint, and goes on while it is the newest', () => {
  const keys = { current: now, replaces: null, before: null }
  expect(chooseKeys([now, old], null, new Set())).toEqual({ kind: 'sign', keys })
  expect(chooseKeys([now, old], text(now), known)).toEqual({ kind: 'sign', keys })
})

test('a new key is signed by the one before', () => {
  const choice = chooseKeys([next, now], text(now), known)
  expect(choice).toMatchObject({ kind: 'sign', keys: { current: next, before: now } })
  expect(choice.kind === 'sign' && choice.keys.replaces?.text).toBe(text(now))
})

test('a new key without the one before names it all the same', () => {
  const choice = chooseKeys([next], text(now), known)
  expect(choice).toMatchObject({ kind: 'sign', keys: { current: next, before: null } })
  expect(choice.kind === 'sign' && choice.keys.replaces?.text).toBe(text(now))
})

test('a replica that still has the older key leaves signing to the others', () => {
  expect(chooseKeys([old], text(now), known)).toEqual({ kind: 'outdated', current: text(now) })
})

test('who has both signs with the one that the log goes on with', () => {
  expect(chooseKeys([old, now], text(now), known)).toMatchObject({ keys: { current: now, replaces: null } })
})
