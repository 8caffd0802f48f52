import type { FoundEvent } from '@rack-gateway/audit/search'
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
