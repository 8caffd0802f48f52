import { expect, test } from 'vitest'
import { InvalidAuditCursor } from '../errors/errors.ts'
import { positionText, readFollowPosition } from './follow-position.ts'

const idOf = (index: number) => `0190a0b0-0000-7000-8000-${String(index).padStart(12, '0')}`
const position = (streams: number) => ({
  at: 8.64e15 - 1,
  streams: new Map(Array.from({ length: streams }, (_, index) => [idOf(index), 8.64e15 - 1])),
})

test('a position of 200 streams is read as it was written, and one of 201 is rejected', () => {
  expect(readFollowPosition(positionText(position(200)))).toEqual(position(200))
  expect(() => readFollowPosition(positionText(position(201)))).toThrow(InvalidAuditCursor)
})

test.each([
  ['no position', 'x'],
  ['nested lists', Buffer.from('['.repeat(48 * 1024)).toString('base64url')],
  ['a position with much white space', Buffer.from(`[1${' '.repeat(16 * 1024)}]`).toString('base64url')],
])('%s is rejected', (_, text) => {
  expect(() => readFollowPosition(text)).toThrow(InvalidAuditCursor)
})
