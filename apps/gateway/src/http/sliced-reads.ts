import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { isRequestArriving } from './client-errors.ts'

/** Bytes that Node's parser gets at once. */
const sliceSize = 2_048
/** Milliseconds for parsing in one turn of the event loop: of all connections, and of one of them. */
const longestTurn = 8
const longestOfConnection = 2
/** Bytes that are parsed in one turn. Reading takes time, too, and Node accepts one connection in each turn. */
const maxBytesPerTurn = 512 * 1024

export interface SlicedReads {
  /** Bytes that the connection has received, and that are not parsed yet. */
  unparsedBytes(socket: Socket): number
}

/**
 * Without slices, Node parses everything that one read of a connection returned: 64 KiB can have thousands of pipelined
 * requests, and each becomes several objects before any limit is asked. So the parser gets small slices, and none while
 * requests of the connection wait for their turn. In each turn of the event loop, parsing takes a limited time, so that
 * requests, bodies, and tiny chunks of some connections do not delay others.
 *
 * @param mustWait whether nothing more of a connection must be parsed now; its socket is resumed afterwards
 */
export function sliceReads(
  server: Server,
  { mustWait }: { readonly mustWait: (socket: Socket) => boolean },
): SlicedReads {
  const unparsed = new WeakMap<Socket, Buffer>()
  /** In the order of their turns, with the function that parses a slice. */
  const deferred = new Map<Socket, (slice: Buffer) => void>()
  /** Functions that give the socket back to its next reader. */
  const stops = new WeakMap<Socket, () => void>()
  let spentInTurn = 0
  let bytesInTurn = 0
  let isTurnScheduled = false

  function beginTurn(): void {
    isTurnScheduled = false
    spentInTurn = 0
    bytesInTurn = 0
    for (const [socket, parseSlice] of deferred) {
      if (isTurnOver(longestTurn)) break
      // A connection with more to parse joins the end again, behind those that wait.
      deferred.delete(socket)
      socket.resume()
      parse(socket, parseSlice)
    }
    if (deferred.size > 0) scheduleTurn()
  }

  function isTurnOver(milliseconds: number): boolean {
    return spentInTurn >= milliseconds || bytesInTurn >= maxBytesPerTurn
  }

  function scheduleTurn(): void {
    if (isTurnScheduled) return
    isTurnScheduled = true
    setImmediate(beginTurn)
  }

  /** Other listeners and Node pause the socket, too. A paused parser must get nothing. */
  function parse(socket: Socket, parseSlice: (slice: Buffer) => void): void {
    const max = Math.min(longestTurn, spentInTurn + longestOfConnection)
    scheduleTurn()
    for (;;) {
      const rest = unparsed.get(socket)
      if (rest === undefined || socket.destroyed) return
      // A response said `Connection: close`, so no further request is answered.
      if (socket.writableEnded && !isRequestArriving(socket)) return void unparsed.delete(socket)
      // Node resumes the socket after each response, also if requests wait.
      if (mustWait(socket)) socket.pause()
      // A socket that others paused must not be resumed in the next turn, because then the parser is paused, too.
      if (socket.isPaused()) return
      if (isTurnOver(max)) {
        deferred.set(socket, parseSlice)
        socket.pause()
        return
      }
      if (rest.length > sliceSize) unparsed.set(socket, rest.subarray(sliceSize))
      else unparsed.delete(socket)
      const began = performance.now()
      const slice = rest.subarray(0, sliceSize)
      parseSlice(slice)
      bytesInTurn += slice.length
      spentInTurn += performance.now() - began
    }
  }

  server.on('connection', function sliceReadsOf(socket: Socket) {
    const [listener] = socket.listeners('data')
    if (listener === undefined) throw new Error('Node reads the connections of an HTTP server in another way')
    const parseSlice = (slice: Buffer) => void listener.call(socket, slice)

    function onData(chunk: Buffer): void {
      const rest = unparsed.get(socket)
      unparsed.set(socket, rest === undefined ? chunk : Buffer.concat([rest, chunk]))
      parse(socket, parseSlice)
    }
    function onResume(): void {
      if (!unparsed.has(socket)) return
      parse(socket, parseSlice)
      if (unparsed.has(socket)) socket.pause()
    }
    socket
      .off('data', listener as (chunk: Buffer) => void)
      .on('data', onData)
      .on('resume', onResume)
    stops.set(socket, () => void socket.off('data', onData).off('resume', onResume))
  })

  /** The bytes after the head of an upgrade are for the next reader of the socket. */
  function release({ socket }: IncomingMessage): void {
    stops.get(socket)?.()
    const rest = unparsed.get(socket)
    unparsed.delete(socket)
    if (rest !== undefined) socket.unshift(rest)
  }

  for (const event of ['upgrade', 'connect']) server.prependListener(event, release)
  return { unparsedBytes: (socket) => unparsed.get(socket)?.length ?? 0 }
}
