import { setImmediate as nextTurn } from 'node:timers/promises'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { admitConnections } from './admit-connections.ts'
import { createUnreadConnections } from './unread-connections.ts'

/** Networks whose names begin with `known` are those of principals. */
function networkOf(connection: string) {
  const name = connection.replace(/ .*/, '')
  return name === 'proxy' ? null : { name, isKnown: name.startsWith('known') }
}

function start({ most = Number.POSITIVE_INFINITY, maxUnread = Number.POSITIVE_INFINITY } = {}) {
  const app = Fastify()
  const read: string[] = []
  const closed: string[] = []
  const refused: string[] = []
  const reset = new Set<string>()
  const waitingNetworks = new Set<string>()
  const unread = { known: createUnreadConnections(), unknown: createUnreadConnections() }
  let waiting = 0
  const receive = admitConnections(app, {
    reads: { waiting: () => waiting },
    connections: {
      unread,
      networkOf,
      refuse: (name: string) => refused.push(name),
      hasWaiting: (network: string) => waitingNetworks.has(network),
      maxUnread: () => maxUnread,
      makeRoom() {
        if (unread.known.size + unread.unknown.size > most) unread.unknown.takeOfLargest()?.close()
      },
    },
  })
  return {
    app,
    read,
    closed,
    refused,
    reset,
    waitingNetworks,
    connect(name: string): void {
      receive({
        address: name,
        isReset: () => reset.has(name),
        makeSocket: () => read.push(name),
        close: () => closed.push(name),
      })
    },
    /** The number of connections that wait to be parsed. */
    setWaiting(count: number): void {
      waiting = count
    },
  }
}

const numbered = (network: string, count: number) => Array.from({ length: count }, (_, index) => `${network} ${index}`)

test('while nothing waits to be parsed, a connection is read at once', () => {
  const { connect, read } = start()
  connect('a 0')
  connect('a 1')
  expect(read).toEqual(['a 0', 'a 1'])
})

test('while much waits to be parsed, connections are not read', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  connect('a 0')
  await nextTurn()
  expect(read).toEqual([])
  setWaiting(0)
  await expect.poll(() => read).toEqual(['a 0'])
})

test('in each turn, six connections of known networks are read, and two of others', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  for (const name of [...numbered('a', 10), ...numbered('known', 20)]) connect(name)
  setWaiting(0)
  const counts: number[][] = []
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn()
    const known = read.filter((name) => name.startsWith('known')).length
    counts.push([known, read.length - known])
  }
  expect(counts).toEqual([
    [6, 2],
    [12, 4],
    [18, 6],
    [20, 8],
  ])
})

test('the oldest and the newest connections of a network take turns', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  numbered('known', 6).forEach(connect)
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['known 0', 'known 5', 'known 1', 'known 4', 'known 2', 'known 3'])
})

test('the newest network and the one whose turn it is take turns', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  for (const name of [...numbered('known-a', 10), 'known-b 0', 'known-c 0', 'known-d 0']) connect(name)
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['known-d 0', 'known-a 0', 'known-c 0', 'known-b 0', 'known-a 9', 'known-a 1'])
})

test('a connection that was reset while it waited gets no socket, and takes nobody’s turn', async () => {
  const { connect, read, closed, reset, setWaiting } = start()
  setWaiting(33)
  const gone = numbered('a', 100)
  for (const name of [...gone, 'b 0', 'known 0']) connect(name)
  for (const name of gone) reset.add(name)
  setWaiting(0)
  await nextTurn()
  expect(read.toSorted()).toEqual(['b 0', 'known 0'])
  expect(closed.toSorted()).toEqual(gone.toSorted())
})

test('at the limit of all connections, the newest one of the network with the most is closed', () => {
  const { connect, closed, setWaiting } = start({ most: 7 })
  setWaiting(33)
  for (const name of [...numbered('a', 5), ...numbered('b', 2), 'c 0', 'c 1', 'known 0']) connect(name)
  expect(closed).toEqual(['a 4', 'a 3', 'a 2'])
})

test('at the limit of all connections, those of several networks are closed evenly', () => {
  const { connect, closed, setWaiting } = start({ most: 8 })
  setWaiting(33)
  for (const name of [...numbered('a', 4), ...numbered('b', 4), ...numbered('c', 4)]) connect(name)
  const closedOf = (network: string) => closed.filter((name) => name.startsWith(network)).length
  expect(['a', 'b', 'c'].map(closedOf).toSorted()).toEqual([1, 1, 2])
})

test('a network whose requests wait for their start gets no more connections read until they started', async () => {
  const { connect, read, setWaiting, waitingNetworks } = start()
  setWaiting(33)
  for (const name of ['a 0', 'a 1', 'known 0', 'b 0']) connect(name)
  waitingNetworks.add('a').add('known')
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['b 0', 'known 0'])
  waitingNetworks.clear()
  await expect.poll(() => read).toEqual(['b 0', 'known 0', 'a 0', 'a 1'])
})

test('a trusted proxy is read at once, however much waits', () => {
  const { connect, read, setWaiting } = start({ maxUnread: 2 })
  setWaiting(33)
  numbered('proxy', 5).forEach(connect)
  expect(read).toEqual(numbered('proxy', 5))
})

test('one network has a limited number of connections that are not read, without those that were reset', () => {
  const { connect, closed, refused, reset, setWaiting } = start({ maxUnread: 2 })
  setWaiting(33)
  for (const name of ['a 0', 'a 1', 'a 2', 'b 0', 'known 0']) connect(name)
  expect([closed, refused]).toEqual([['a 2'], ['a 2']])
  reset.add('a 0')
  connect('a 3')
  expect([closed, refused]).toEqual([['a 2', 'a 0'], ['a 2']])
})

test('when the gateway stops, unread connections are closed, and later ones get a response', async () => {
  const { app, connect, read, closed, setWaiting } = start()
  setWaiting(33)
  for (const name of ['a 0', 'a 1', 'known 0']) connect(name)
  await app.close()
  expect(closed.toSorted()).toEqual(['a 0', 'a 1', 'known 0'])
  connect('b 0')
  expect(read).toEqual(['b 0'])
})
