import { expect, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { expectSame } from './same.ts'

const rack = { name: subjectNames.rack, hasMasks: false, value: { a: 1, b: 'secret' } }
const gateway = { name: subjectNames.durable, hasMasks: true, value: { a: 1, b: 'hidden' } }
const hidden = (open: unknown) => ({ ...(open as object), b: 'hidden' })

test('answers are compared as a whole', () => {
  const other = { ...rack, name: subjectNames.nginx, value: { a: 1 } }
  expect(() => expectSame([rack, other])).toThrow('nginx answers something else than demo rack, directly')
  expect(() => expectSame([rack, gateway])).toThrow('gateway, reads durable answers something else')
  expectSame([rack, { ...rack, name: subjectNames.nginx }])
})

test('responses can differ only in known masks', () => {
  expectSame([gateway, rack], hidden)
  const leaky = { ...gateway, value: rack.value }
  expect(() => expectSame([rack, leaky], hidden)).toThrow('gateway, reads durable answers something else')
  const unmasked = { ...rack, name: subjectNames.undici, value: gateway.value }
  expect(() => expectSame([rack, unmasked], hidden)).toThrow('undici.stream answers something else')
})

test('without an unmasked response, the comparison fails', () => {
  expect(() => expectSame([gateway])).toThrow('no subject answers without masks')
})
