import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { admitConnections } from './admit-connections.ts'

function networkOf(connection: string) {
  const name = connection.replace(/ .*/, '')
  return name === 'proxy' ? null : { name, isKnown: name.startsWith('known') }
}

/** Networks whose names begin with `known` are those of principals. */
function start({ most = Number.POSITIVE_INFINITY, maxUnread = Number.POSITIVE_INFINITY } = {}) {
  const server = createServer()
  const names = new Map<Socket, string>()
  const read: string[] = []
  const closed: string[] = []
  const refused: string[] = []
  const waitingNetworks = new Set<string>()
  let open = 0
  let waiting = 0
  server.on('connection', (socket: Socket) => read.push(names.get(socket) ?? ''))
  const { accepts } = admitConnections(server, {
    reads: { waiting: () => waiting },
    connections: {
      networkOf,
      open(socket: Socket) {
        open += 1
        return networkOf(names.get(socket) ?? '')
      },
      isFull: () => open >= most,
      refuse: (name: string) => refused.push(name),
      hasWaiting: (network: string) => waitingNetworks.has(network),
      close: (socket: Socket) => void socket.destroy(),
      beginReading() {},
      maxUnread: () => maxUnread,
      makeRoom(unread) {
        if (open <= most) return
        const socket = unread.unknown.takeNewest() ?? unread.known.takeNewest()
        if (socket === undefined) return
        open -= 1
        closed.push(names.get(socket) ?? '')
        socket.destroy()
      },
    },
  })
  return {
    read,
    closed,
    refused,
    accepts,
    waitingNetworks,
    connect(name: string): Socket {
      const socket = new Socket()
      names.set(socket, name)
      server.emit('connection', socket)
      return socket
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

test('while much waits to be parsed, connections are not read, and then eight in each turn', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  const names = numbered('a', 20)
  names.forEach(connect)
  await nextTurn()
  expect(read).toEqual([])
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(names.slice(0, 8))
  await nextTurn()
  await nextTurn()
  expect(read).toEqual(names)
})

test('networks take turns', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  for (const name of [...numbered('a', 10), 'b 0', 'c 0']) connect(name)
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['a 0', 'b 0', 'c 0', 'a 1', 'a 2', 'a 3', 'a 4', 'a 5'])
})

test('networks of principals come first, but one other connection is read in each turn', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  for (const name of [...numbered('a', 10), ...numbered('known', 10)]) connect(name)
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['a 0', ...numbered('known', 7)])
  await nextTurn()
  expect(read.slice(8)).toEqual(['a 1', 'known 7', 'known 8', 'known 9', 'a 2', 'a 3', 'a 4', 'a 5'])
})

test('a connection that closed while it waited is not read', async () => {
  const { connect, read, setWaiting } = start()
  setWaiting(33)
  connect('a 0').destroy(new Error('reset'))
  connect('a 1')
  await nextTurn()
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['a 1'])
})

test('at the limit, the newest connection of the network with the most connections is closed', () => {
  const { connect, closed, setWaiting } = start({ most: 7 })
  setWaiting(33)
  for (const name of [...numbered('a', 5), ...numbered('b', 2), 'c 0', 'c 1', 'known 0']) connect(name)
  expect(closed).toEqual(['a 4', 'a 3', 'a 2'])
})

test('at the limit, the connections of several networks are closed evenly', () => {
  const { connect, closed, setWaiting } = start({ most: 8 })
  setWaiting(33)
  for (const name of [...numbered('a', 4), ...numbered('b', 4), ...numbered('c', 4)]) connect(name)
  const closedOf = (network: string) => closed.filter((name) => name.startsWith(network)).length
  expect(['a', 'b', 'c'].map(closedOf).toSorted()).toEqual([1, 1, 2])
})

test('a connection that would be closed at once is refused: of the network with the most, at the limit', () => {
  const { accepts, connect, refused, setWaiting } = start({ most: 5, maxUnread: 3 })
  setWaiting(33)
  for (const name of ['a 0', 'a 1', 'b 0', 'known 0']) connect(name)
  expect(['a', 'b', 'c', 'known', 'proxy'].filter(accepts)).toEqual(['a', 'b', 'c', 'known', 'proxy'])
  connect('known 1')
  expect(['a', 'b', 'c', 'known', 'proxy'].filter(accepts)).toEqual(['b', 'c', 'known', 'proxy'])
  connect('known 2')
  expect(['a', 'known'].filter(accepts)).toEqual([])
  expect(refused).toEqual(['a', 'a', 'known'])
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
  await nextTurn()
  expect(read).toEqual(['b 0', 'known 0', 'a 0', 'a 1'])
})

test('a trusted proxy is read at once, however much waits', () => {
  const { connect, read, setWaiting } = start({ maxUnread: 2 })
  setWaiting(33)
  numbered('proxy', 5).forEach(connect)
  expect(read).toEqual(numbered('proxy', 5))
})

test('one network has a limited number of connections that are not read', async () => {
  const { connect, read, setWaiting } = start({ maxUnread: 2 })
  setWaiting(33)
  const sockets = ['a 0', 'a 1', 'a 2', 'b 0'].map(connect)
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true, false])
  setWaiting(0)
  await nextTurn()
  expect(read).toEqual(['a 0', 'b 0', 'a 1'])
})
