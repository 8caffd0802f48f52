import { expect, test } from 'vitest'
import { bodyOf, castText, eventsOf, header, type Line, load } from './testing/casts.ts'
import { NotACast } from './timed-event.ts'

const lines: readonly Line[] = [
  [0, 'm', 'started'],
  [0.5, 'o', 'ä$ ls\r\n'],
  [1, 'i', 'x'],
  [0.25, 'm', 'gap: 4096 bytes in 20 ms are missing, because the store is too slow'],
  [0, 'x', '0'],
  [0, 'v', 'complete'],
]

test('a recording is the same for every size of the chunks of the body', async () => {
  const text = castText(lines)
  for (const size of [1, 2, 7, 10_000]) {
    const { recordingEvents, markers, end } = await load(text, { body: bodyOf(text, size) })
    expect(await recordingEvents.read(0)).toEqual(eventsOf(lines.slice(0, -1)))
    expect([recordingEvents.duration, end]).toEqual([1_750, 'complete'])
    expect(markers).toEqual([
      { at: 1_750, text: expect.stringMatching(/^gap: 4096 bytes/), isGap: true },
      { at: 1_750, text: 'exit 0', isGap: false },
    ])
  }
})

test('a session that the gateway ended has a note of it, and nothing is missing', async () => {
  const text = 'ada@example.com ended this session: the change is over'
  const ended: Line[] = [...lines.slice(0, 1), [0, 'm', `ended by the gateway: ${text}`], [0, 'v', 'complete']]
  const { markers, end } = await load(castText(ended))
  expect([markers, end]).toEqual([[{ at: expect.any(Number), text, isGap: false, isEnd: true }], 'complete'])
})

test('if the connection breaks off, the end is null, and the events that arrived stay', async () => {
  const { recordingEvents, end } = await load(castText(lines.slice(0, 2)).slice(0, -3))
  expect([end, (await recordingEvents.read(0)).length]).toEqual([null, 1])
})

test('heartbeats are no events', async () => {
  const { recordingEvents } = await load(`${header}\n\n\n[0,"o","x"]\n\n[0,"v","open"]\n`)
  expect(await recordingEvents.read(0)).toEqual([{ at: 0, code: 'o', data: 'x' }])
})

test.each([
  '<html>',
  '{"version":2,"width":80,"height":24}',
  '{"version":3,"term":{"cols":0,"rows":24}}',
  `${header}\n[1,"o"]`,
  `${header}\n[-1,"o","x"]`,
  `${header}\n[1e999,"o","x"]`,
  `${header}\n{"0":1}`,
])('%j is not a recording', async (text) => {
  await expect(load(`${text}\n`)).rejects.toThrow(NotACast)
})

test('a line without an end does not fill the memory', async () => {
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++pulled === 100) controller.close()
      else controller.enqueue(new Uint8Array(64 * 1024).fill(0x20))
    },
  })
  await expect(load('', { body })).rejects.toThrow(NotACast)
  expect(pulled).toBeLessThan(25)
})

test('a recording that is too long is cut off, and its connection is closed', async () => {
  let isCanceled = false
  let pulled = 0
  const line = new TextEncoder().encode(`${JSON.stringify([0.001, 'o', 'x'.repeat(1_000)])}\n`)
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(`${header}\n`)),
    pull(controller) {
      if (++pulled === 3_000) controller.close()
      else controller.enqueue(line)
    },
    cancel() {
      isCanceled = true
    },
  })
  const { recordingEvents, end } = await load('', { body, maxLength: 1024 * 1024 })
  expect(end).toBe('too-long')
  expect(recordingEvents.length).toBeLessThan(1024 * 1024 + 2_000)
  await expect.poll(() => isCanceled).toBe(true)
})

test('a segment is read as it was added, and `segmentAt` finds the segment of a time', async () => {
  const many: Line[] = Array.from({ length: 5_000 }, (_, n) => [0.01, 'o', `${n} ${'ü"\\'.repeat(60)}`])
  const { recordingEvents } = await load(castText(many))
  expect(recordingEvents.segments).toBeGreaterThan(3)
  const all = await Promise.all(
    Array.from({ length: recordingEvents.segments }, (_, number) => recordingEvents.read(number)),
  )
  expect(all.flat()).toEqual(eventsOf(many))
  for (const [number, events] of all.entries()) {
    expect(recordingEvents.startOf(number)).toBe(events[0]?.at)
    expect(recordingEvents.segmentAt(events[0]?.at ?? 0)).toBe(number)
    expect(recordingEvents.segmentAt(events.at(-1)?.at ?? 0)).toBe(number)
  }
  expect(recordingEvents.segmentAt(0)).toBe(0)
})
