import { expect, test } from 'vitest'
import { bodyOf, headOf, valuesOf } from './wire.ts'

function read(bytes: string) {
  const head = headOf(bytes)
  return head && { ...head, ...bodyOf(head, bytes) }
}

test('a head keeps spelling, order and duplicates', () => {
  expect(headOf('GET /a?x=%zz HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n')).toMatchObject({
    method: 'GET',
    target: '/a?x=%zz',
    headers: [
      ['A', '1'],
      ['a', '2'],
    ],
  })
})

test('a target with spaces in it is read whole', () => {
  expect(headOf('GET /a b HTTP/1.1\r\nHost: x\r\n\r\n')?.target).toBe('/a b')
})

test('half a head is none', () => {
  expect(headOf('GET / HTTP/1.1\r\nHost: x\r\n')).toBeNull()
})

test('a body with a length is awaited', () => {
  expect(read('POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab')).not.toHaveProperty('text')
  expect(read('POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcd')).toMatchObject({ text: 'abc' })
})

test('a body in chunks is put together', () => {
  const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'
  expect(read(`${head}3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n`)).toMatchObject({ text: 'abcd' })
  expect(read(`${head}3\r\nabc\r\n0\r\n`)).not.toHaveProperty('text')
  expect(read(`${head}3\r\nab`)).not.toHaveProperty('text')
})

test('values are found in any spelling of the name', () => {
  expect(
    valuesOf(
      [
        ['ACCEPT', 'a'],
        ['x', 'b'],
        ['Accept', 'c'],
      ],
      'accept',
    ),
  ).toEqual(['a', 'c'])
})
