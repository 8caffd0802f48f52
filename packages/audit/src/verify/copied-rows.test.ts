import { expect, test } from 'vitest'
import { copiedTable } from '../testing/copied-table.ts'
import { type CopiedRow, createCopyReader } from './copied-rows.ts'

const rows = [
  ['a', null, ''],
  ['\n\t\\', 'é', null],
  [null, null, 'x'.repeat(500)],
]
const table = copiedTable(rows.map((row) => row.map((text) => (text === null ? null : Buffer.from(text)))))

function fieldsOf({ bytes, from, to }: CopiedRow) {
  return [0, 1, 2].map((field) => (to[field] === 0 ? null : bytes.toString('utf8', from[field], to[field])))
}

test('rows are parsed for any split of the input', () => {
  for (let size = 1; size <= table.length; size++) {
    const met: unknown[] = []
    const reader = createCopyReader(3, (row) => met.push(fieldsOf(row)))
    for (let at = 0; at < table.length; at += size) reader.push(table.subarray(at, at + size))
    reader.end()
    expect(met).toEqual(rows)
  }
})

test('a table that ends early is an error at any length', () => {
  for (let length = 0; length < table.length; length++) {
    const reader = createCopyReader(3, () => {})
    reader.push(table.subarray(0, length))
    expect(() => reader.end()).toThrow('stopped before it had copied all events')
  }
})

test.each([
  ['another header', Buffer.concat([Buffer.from('COPYPG'), table.subarray(6)]), 3, 'COPY format'],
  ['text', Buffer.from('01a21003-ad1a-75d6-92a3-9774156aed61\t1\t2026'), 3, 'COPY format'],
  ['other fields', table, 4, '3 fields instead of 4'],
])('%s is refused', (_, bytes, fields, message) => {
  expect(() => createCopyReader(fields, () => {}).push(bytes)).toThrow(message)
})

test('a row without an end is rejected', () => {
  const reader = createCopyReader(1, () => {})
  const length = Buffer.alloc(6)
  length.writeInt16BE(1)
  length.writeInt32BE(2 ** 31 - 1, 2)
  reader.push(Buffer.concat([table.subarray(0, 19), length]))
  expect(() => reader.push(Buffer.alloc(17 * 1024 * 1024))).toThrow('a row has more than')
})
