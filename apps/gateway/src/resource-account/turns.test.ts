import { expect, test } from 'vitest'
import { createTurns, runInTurns } from './turns.ts'

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
