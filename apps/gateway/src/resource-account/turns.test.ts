import { expect, test } from 'vitest'
import { createPauses, createTurns, runInTurns, withPauses } from './turns.ts'

/** A computation that notes each of its steps. */
function* compute(name: string, steps: number, seen: string[]): Generator<void, string> {
  for (let step = 0; step < steps; step++) {
    seen.push(name)
    const end = performance.now() + 5
    while (performance.now() < end);
    yield
  }
  return name
}

test('one of several computations continues in each turn of the event loop, and other work runs in between', async () => {
  const turns = createTurns()
  const seen: string[] = []
  let isDone = false
  function work(): void {
    seen.push('work')
    if (!isDone) setImmediate(work)
  }
  setImmediate(work)
  const results = await Promise.all(['a', 'b', 'c'].map((name) => runInTurns(compute(name, 4, seen), turns)))
  isDone = true
  expect(results).toEqual(['a', 'b', 'c'])
  const together = seen
    .join(' ')
    .split('work')
    .map((between) => between.trim().split(' ').filter(Boolean).length)
  expect(Math.max(...together)).toBe(1)
  expect(seen.filter((name) => name === 'b')).toHaveLength(4)
})

test('an error of one computation is thrown, and the others continue', async () => {
  const turns = createTurns()
  function* fail(): Generator<void, string> {
    yield
    throw new Error('broken')
  }
  const other = runInTurns(compute('a', 2, []), turns)
  await expect(runInTurns(fail(), turns)).rejects.toThrow('broken')
  expect(await other).toBe('a')
})

test('while other work fills the turns, a computation continues once in 6 ms, and no less', async () => {
  let time = 0
  const turns = createTurns(() => time)
  const continued: number[] = []
  let isDone = false
  function fill(): void {
    time += 1
    if (!isDone) setImmediate(fill)
  }
  setImmediate(fill)
  for (let count = 0; count < 5; count++) {
    await turns.next()
    continued.push(time)
  }
  isDone = true
  const gaps = continued.slice(1).map((at, index) => at - (continued[index] ?? 0))
  expect(gaps.every((gap) => gap >= 6 && gap <= 8)).toBe(true)
})

test('a computation continues in each quiet turn', async () => {
  const turns = createTurns(() => 0)
  let seen = 0
  const counting = function count(): void {
    seen += 1
    if (seen < 100) setImmediate(count)
  }
  setImmediate(counting)
  for (let count = 0; count < 10; count++) await turns.next()
  expect(seen).toBeLessThanOrEqual(12)
})

const noCheck = () => undefined

/** Items that take a millisecond each. */
function* slowItems(count: number): Generator<number> {
  for (let item = 0; item < count; item++) {
    const end = performance.now() + 1
    while (performance.now() < end);
    yield item
  }
}

test('other work runs between the items of a computation with pauses', async () => {
  const seen: (number | 'work')[] = []
  let isDone = false
  function work(): void {
    seen.push('work')
    if (!isDone) setImmediate(work)
  }
  setImmediate(work)
  for await (const item of withPauses(slowItems(4), createPauses(createTurns(), noCheck))) seen.push(item)
  isDone = true
  expect(seen.filter((one) => one !== 'work')).toEqual([0, 1, 2, 3])
  expect(seen.join(' ')).not.toMatch(/\d \d/)
})

test('a short computation has no pause', async () => {
  let turns = 0
  const pauses = createPauses({ next: async () => void turns++ }, noCheck)
  expect(pauses()).toBeNull()
  expect(turns).toBe(0)
})

test('a computation ends if its check fails after a pause, and takes no further item', async () => {
  let taken = 0
  function* items(): Generator<number> {
    for (const item of slowItems(10)) {
      taken += 1
      yield item
    }
  }
  const pauses = createPauses(createTurns(), () => {
    throw new Error('the caller disconnected')
  })
  async function takeAll(): Promise<void> {
    for await (const _ of withPauses(items(), pauses));
  }
  await expect(takeAll()).rejects.toThrow('the caller disconnected')
  expect(taken).toBe(1)
})
