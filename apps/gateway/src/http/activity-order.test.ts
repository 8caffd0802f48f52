import { expect, test } from 'vitest'
import { createActivityOrder } from './activity-order.ts'

interface Item {
  readonly name: number
}

/** Removes all items, the longest idle one first. */
function drain(order: ReturnType<typeof createActivityOrder<Item>>): number[] {
  const names: number[] = []
  for (let item = order.longestIdle(); item !== undefined; item = order.longestIdle()) {
    names.push(item.name)
    order.delete(item)
  }
  return names
}

test('activity moves an item to the end', () => {
  const order = createActivityOrder<Item>()
  const items = [0, 1, 2, 3].map((name) => ({ name }))
  for (const item of items) order.add(item)
  for (const name of [0, 3, 2]) order.refresh(items[name] ?? { name })
  expect(order.size).toBe(4)
  expect(drain(order)).toEqual([1, 0, 3, 2])
  expect([order.size, order.longestIdle()]).toEqual([0, undefined])
})

test('activity does not add an item', () => {
  const order = createActivityOrder<Item>()
  const item = { name: 1 }
  order.refresh(item)
  order.delete(item)
  order.add(item)
  order.delete(item)
  order.refresh(item)
  expect([order.size, order.longestIdle()]).toEqual([0, undefined])
})

test('has the order of an array, for each sequence of four operations on three items', () => {
  const operations = ['add', 'refresh', 'delete'] as const
  const steps = operations.flatMap((operation) => [0, 1, 2].map((name) => ({ operation, name })))
  let sequences: (typeof steps)[] = [[]]
  for (let length = 0; length < 4; length++)
    sequences = sequences.flatMap((sequence) => steps.map((step) => [...sequence, step]))
  for (const sequence of sequences) {
    const order = createActivityOrder<Item>()
    const items = [0, 1, 2].map((name) => ({ name }))
    let expected: number[] = []
    for (const { operation, name } of sequence) {
      order[operation](items[name] ?? { name })
      const others = expected.filter((other) => other !== name)
      const isIn = others.length < expected.length
      expected = operation === 'add' || (operation === 'refresh' && isIn) ? [...others, name] : others
    }
    if (order.size !== expected.length) expect.fail(JSON.stringify(sequence))
    expect(drain(order), JSON.stringify(sequence)).toEqual(expected)
  }
})
