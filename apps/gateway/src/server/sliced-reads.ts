import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { isRequestArriving } from '../error-responses/client-errors.ts'

/** Bytes that Node's parser gets at once. */
const sliceSize = 2_048
/** Milliseconds for parsing in one turn of the event loop: of all connections, and of one of them. */
const longestTurn = 2
const longestOfConnection = 0.5
/** Milliseconds without parsing, after which a turn counts as new. */
const newTurnAfter = 2
/** Bytes that are parsed in one millisecond of a turn at most, because reading takes time, too. */
const bytesPerMillisecond = 64 * 1024
/** Milliseconds of parsing in a second, above which a connection waits for others. */
const heavyTime = 0.25
const second = 1_000

export interface SlicedReads {
  /** Bytes that the connection has received, and that are not parsed yet. */
  unparsedBytes(socket: Socket): number
  /** The number of connections with bytes that wait to be parsed, without those that took much time lately. */
  waiting(): number
  /** Parses nothing more of the connection. Its next reader gets the bytes that were not parsed. */
  stop(socket: Socket): void
}

interface Connection {
  readonly socket: Socket
  /** Parses a slice. */
  readonly parser: (slice: Buffer) => void
  /** The unparsed part of the current read. Between reads, the socket's own buffer has all unparsed bytes. */
  rest: Buffer | null
  /** Milliseconds of parsing in the second that began at `since`. */
  spent: number
  since: number
  readonly removeListener: () => void
}

/**
 * Without slices, Node parses everything that one read of a connection returned: 64 KiB can have thousands of pipelined
 * requests, and each becomes several objects before any limit is asked. So the parser gets small slices, and none while
 * requests of the connection wait for their turn. In each turn of the event loop, parsing takes a limited time, so that
 * requests, bodies, and tiny chunks of some connections do not delay others. Connections that took much time lately wait
 * for those that did not.
 *
 * @param mustWait whether nothing more of a connection must be parsed now; its socket is resumed afterwards
 */
export function sliceReads(
  server: Server,
  { mustWait }: { readonly mustWait: (socket: Socket) => boolean },
): SlicedReads {
  const connections = new WeakMap<Socket, Connection>()
  /** In the order of their turns. */
  const deferred = { light: new Set<Connection>(), heavy: new Set<Connection>() }
  /** Since the last turn that is known. Only deferred connections need to know each turn. */
  let spentInTurn = 0
  let bytesInTurn = 0
  let parsedAt = 0
  let isTurnScheduled = false

  function beginTurn(): void {
    isTurnScheduled = false
    resetTurn()
    // One heavy connection gets its part, however many light ones there are.
    const [heavy] = deferred.heavy
    if (heavy !== undefined) continueParsing(heavy)
    for (const waiting of [deferred.light, deferred.heavy])
      for (const connection of waiting) {
        if (used() >= longestTurn) break
        continueParsing(connection)
      }
    if (deferred.light.size + deferred.heavy.size > 0) scheduleTurn()
  }

  function resetTurn(): void {
    spentInTurn = 0
    bytesInTurn = 0
  }

  /** A connection with more to parse joins the end again, behind those that wait. */
  function continueParsing(connection: Connection): void {
    const { socket } = connection
    deferred.light.delete(connection)
    deferred.heavy.delete(connection)
    socket.resume()
    // Emits the bytes at once. A larger read would raise the limit of the socket's buffer.
    if (socket.readableLength > 0) socket.read(Math.min(socket.readableLength, socket.readableHighWaterMark))
  }

  function defer(connection: Connection): void {
    const { heavy, light } = deferred
    const waiting = connection.spent >= heavyTime ? heavy : light
    waiting.add(connection)
    connection.socket.pause()
    scheduleTurn()
  }

  /** Milliseconds of this turn that count as used. */
  function used(): number {
    return Math.max(spentInTurn, bytesInTurn / bytesPerMillisecond)
  }

  function scheduleTurn(): void {
    if (isTurnScheduled) return
    isTurnScheduled = true
    setImmediate(beginTurn)
  }

  function parseSlice(connection: Connection, slice: Buffer): void {
    const began = performance.now()
    connection.parser(slice)
    parsedAt = performance.now()
    const spent = parsedAt - began
    bytesInTurn += slice.length
    spentInTurn += spent
    connection.spent += spent
  }

  /** Other listeners and Node pause the socket, too. A paused parser must get nothing. */
  function parse(connection: Connection, chunk: Buffer): void {
    const { socket } = connection
    const now = performance.now()
    if (!isTurnScheduled && now - parsedAt >= newTurnAfter) resetTurn()
    if (now - connection.since >= second) {
      connection.since = now
      connection.spent = 0
    }
    const max = Math.min(longestTurn, used() + longestOfConnection)
    connection.rest = chunk
    while (connection.rest !== null && !isEnding(socket)) {
      const { rest } = connection
      // Node resumes the socket after each response, also if requests wait.
      if (mustWait(socket)) socket.pause()
      // A socket that others paused must not be resumed in the next turn, because then the parser is paused, too.
      if (!socket.isPaused() && used() >= max) defer(connection)
      if (socket.isPaused()) {
        giveBack(connection)
        return
      }
      connection.rest = rest.length > sliceSize ? rest.subarray(sliceSize) : null
      parseSlice(connection, rest.length > sliceSize ? rest.subarray(0, sliceSize) : rest)
    }
    connection.rest = null
  }

  /** With much in its own buffer, the socket also stops reading from the kernel. */
  function giveBack(connection: Connection): void {
    const { socket, rest } = connection
    connection.rest = null
    if (rest !== null) socket.unshift(rest)
  }

  server.on('connection', function sliceReadsOf(socket: Socket) {
    const [listener] = socket.listeners('data')
    if (listener === undefined) throw new Error('Node reads the connections of an HTTP server in another way')

    function onData(chunk: Buffer): void {
      parse(connection, chunk)
    }
    const connection: Connection = {
      socket,
      parser: (slice) => void listener.call(socket, slice),
      rest: null,
      spent: 0,
      since: 0,
      removeListener: () => void socket.off('data', onData),
    }
    connections.set(socket, connection)
    socket.off('data', listener as (chunk: Buffer) => void).on('data', onData)
  })

  function stop(socket: Socket): void {
    const connection = connections.get(socket)
    if (connection === undefined) return
    connection.removeListener()
    giveBack(connection)
  }

  for (const event of ['upgrade', 'connect'])
    server.prependListener(event, ({ socket }: IncomingMessage) => stop(socket))
  return {
    unparsedBytes: (socket) => socket.readableLength + (connections.get(socket)?.rest?.length ?? 0),
    waiting: () => deferred.light.size,
    stop,
  }
}

/** Whether a response said `Connection: close`, so that no further request is answered. */
function isEnding(socket: Socket): boolean {
  return socket.destroyed || (socket.writableEnded && !isRequestArriving(socket))
}
