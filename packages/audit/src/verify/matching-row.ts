import type { ColumnType } from '../events/event.ts'
import { createCanonicalScan } from './canonical-scan.ts'
import type { CopiedRow } from './copied-rows.ts'
import type { StatedPosition } from './event-position.ts'
import { searchColumns } from './search-columns.ts'

/**
 * Whether a column (`from` to `to`) matches a value in the event's text (`valueFrom` to `valueTo`). `false` does not
 * prove a difference: the text may only be unusual.
 */
type Matcher = (bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number) => boolean

const matchersByType: Readonly<Record<ColumnType, Matcher>> = {
  text: isSameText,
  uuid: isSameUuid,
  bigint: isSameNumber,
  timestamptz: isSameMoment,
  smallint: isSameSmallint,
  words: isSameWords,
}
const matchers: readonly Matcher[] = searchColumns.map(({ type }) => matchersByType[type])

const scan = createCanonicalScan(searchColumns.map(({ path }) => path))
const [streamIndex, seqIndex, kindIndex] = [indexOf('stream'), indexOf('seq'), indexOf('kind')]

function indexOf(column: string): number {
  return searchColumns.findIndex(({ name }) => name === column)
}

const [quote, zero, dash, space, comma, openList, closeList] = [0x22, 0x30, 0x2d, 0x20, 0x2c, 0x5b, 0x5d]
const [opened, closed] = [Buffer.from('"stream.opened"'), Buffer.from('"stream.closed"')]

/**
 * Returns the position of an event if all search columns match it. Does not parse the event.
 *
 * @param start start of the event's text in the row; it ends before `end`
 * @returns null if a column may differ or the text is unusual, so that the row must be parsed
 */
export function readMatchingRow({ bytes, from, to }: CopiedRow, start: number, end: number): StatedPosition | null {
  if (!scan.read(bytes, start, end)) return null
  for (let index = 0; index < matchers.length; index++) {
    const [valueFrom, valueTo] = [scan.from[index] ?? 0, scan.to[index] ?? 0]
    const [columnFrom, columnTo] = [from[index] ?? 0, to[index] ?? 0]
    if (valueTo === 0 && columnTo === 0) continue
    // Either the column or the value is null, or the column has an empty text. Then the row must be parsed.
    if (valueTo === 0 || columnTo <= columnFrom) return null
    if (matchers[index]?.(bytes, columnFrom, columnTo, valueFrom, valueTo) !== true) return null
  }
  if (scan.to[streamIndex] === 0 || scan.to[seqIndex] === 0) return null
  const stream = bytes.toString('latin1', (scan.from[streamIndex] ?? 0) + 1, (scan.to[streamIndex] ?? 0) - 1)
  const seq = integerAt(bytes, scan.from[seqIndex] ?? 0, scan.to[seqIndex] ?? 0)
  return { stream, seq, bound: boundOf(bytes, scan.from[kindIndex] ?? 0, scan.to[kindIndex] ?? 0) }
}

function boundOf(bytes: Buffer, from: number, to: number): StatedPosition['bound'] {
  if (isSame(bytes, from, to, opened, 0, opened.length)) return 'opens'
  return isSame(bytes, from, to, closed, 0, closed.length) ? 'closes' : 'none'
}

function isSame(one: Buffer, oneFrom: number, oneTo: number, other: Buffer, from: number, to: number): boolean {
  if (oneTo - oneFrom !== to - from) return false
  for (let index = 0; index < to - from; index++) if (one[oneFrom + index] !== other[from + index]) return false
  return true
}

function isSameText(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  return (
    bytes[valueFrom] === quote && valueTo - valueFrom > 2 && isSame(bytes, from, to, bytes, valueFrom + 1, valueTo - 1)
  )
}

const uuidLength = 16
const uuidTextLength = 36

/** Compares sixteen bytes with a text such as `"01a213f4-7e0d-7f34-acd8-1f498c7a249e"`. */
function isSameUuid(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  if (to - from !== uuidLength || valueTo - valueFrom !== uuidTextLength + 2 || bytes[valueFrom] !== quote) return false
  let at = valueFrom + 1
  for (let index = 0; index < uuidLength; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) if (bytes[at++] !== dash) return false
    const byte = bytes[from + index] ?? 0
    if (bytes[at++] !== hexDigits[byte >> 4] || bytes[at++] !== hexDigits[byte & 15]) return false
  }
  return true
}

const hexDigits = Buffer.from('0123456789abcdef')
/** Numbers with up to 15 digits are exact. */
const maxDigits = 15

/** NaN for other text, and for too many digits. */
function integerAt(bytes: Buffer, from: number, to: number): number {
  const isNegative = bytes[from] === dash
  const first = isNegative ? from + 1 : from
  if (to - first > maxDigits) return Number.NaN
  let value = 0
  for (let at = first; at < to; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return isNegative ? -value : value
}

function isSameNumber(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  return to - from === 8 && longAt(bytes, from) === integerAt(bytes, valueFrom, valueTo)
}

function isSameSmallint(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  return to - from === 2 && bytes.readInt16BE(from) === integerAt(bytes, valueFrom, valueTo)
}

/** Not exact beyond 2^53. That is enough, because it is compared with integers of at most 15 digits. */
function longAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
}

/** PostgreSQL counts time from the year 2000. In seconds. */
const epoch = Date.UTC(2000, 0, 1) / 1_000
/** Consecutive events often share their second. */
const cachedSecond = { second: Number.NaN, text: Buffer.alloc(0) }
const secondLength = '"2026-11-25T18:25:19'.length
const lastSecond = Date.UTC(9999, 11, 31) / 1_000

/** Compares a number of microseconds with a text such as `"2026-11-25T18:25:19.885Z"`. */
function isSameMoment(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  const micros = longAt(bytes, from)
  const second = Math.floor(micros / 1_000_000)
  const millisecond = (micros - second * 1_000_000) / 1_000
  if (to - from !== 8 || !Number.isSafeInteger(micros) || !Number.isInteger(millisecond)) return false
  if (second < 0 || epoch + second > lastSecond) return false
  if (second !== cachedSecond.second) {
    cachedSecond.second = second
    cachedSecond.text = Buffer.from(`"${new Date((epoch + second) * 1_000).toISOString()}"`)
  }
  const { text } = cachedSecond
  const fraction = valueFrom + secondLength + 1
  return (
    isSame(bytes, valueFrom, fraction, text, 0, secondLength + 1) &&
    bytes[fraction] !== dash &&
    integerAt(bytes, fraction, fraction + 3) === millisecond &&
    isSame(bytes, fraction + 3, valueTo, text, secondLength + 4, text.length)
  )
}

/** Compares words joined by spaces with a list of strings. */
function isSameWords(bytes: Buffer, from: number, to: number, valueFrom: number, valueTo: number): boolean {
  if (bytes[valueFrom] !== openList) return false
  let column = from
  let at = valueFrom + 1
  while (bytes[at] === quote) {
    for (at++; bytes[at] !== quote; at++, column++) if (column >= to || bytes[column] !== bytes[at]) return false
    at++
    if (bytes[at] !== comma) break
    at++
    if (column >= to || bytes[column++] !== space) return false
  }
  return bytes[at] === closeList && at + 1 === valueTo && column === to
}
