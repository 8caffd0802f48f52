import { createHash } from 'node:crypto'
import type { FoundEvent } from '@rack-gateway/audit'
import { expect, test } from 'vitest'
import { exportStream } from './export-stream.ts'

test('an export lets other calls run after every 32,768 characters of a batch', async () => {
  const canonical = 'x'.repeat(1_000)
  const batch = Array.from({ length: 500 }, () => ({ canonical }) as FoundEvent)
  const perTurn: number[] = [0]
  let done = false
  setImmediate(function countTurn() {
    perTurn.push(0)
    if (!done) setImmediate(countTurn)
  })
  const format = {
    mediaType: '',
    head: '',
    line() {
      perTurn.push((perTurn.pop() ?? 0) + 1)
      return 'line\n'
    },
  }
  let text = ''
  for await (const part of exportStream({
    batches: (async function* () {
      yield batch
    })(),
    format,
    signal: new AbortController().signal,
    onRead: () => undefined,
    record: async () => undefined,
  }))
    text += part
  done = true
  expect(text).toBe('line\n'.repeat(500))
  expect(Math.max(...perTurn)).toBe(33)
})

test('the count and the digest of an aborted export are those of the parts that were read', async () => {
  const batchOf = (length: number) => Array.from({ length }, () => ({ canonical: '' }) as FoundEvent)
  const records: unknown[] = []
  const parts: string[] = []
  for await (const part of exportStream({
    batches: (async function* () {
      yield batchOf(2)
      yield batchOf(3)
      yield batchOf(5)
    })(),
    format: { mediaType: '', head: 'head\n', line: () => 'line\n' },
    signal: new AbortController().signal,
    onRead: () => undefined,
    record: async (result) => void records.push(result),
  })) {
    parts.push(part)
    if (parts.length === 3) break
  }
  const text = parts.join('')
  expect(text).toBe(`head\n${'line\n'.repeat(5)}`)
  expect(records).toEqual([{ count: 5, sha256: createHash('sha256').update(text).digest('hex'), complete: false }])
})
