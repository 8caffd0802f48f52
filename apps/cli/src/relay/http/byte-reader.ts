import type { Duplex } from 'node:stream'

/** The connection ended where it may not, or is broken. */
export class BrokenOff extends Error {}

/** What a connection brings, read by one who waits for it: nobody reads, nothing comes. */
export interface ByteReader {
  /** The next bytes, as they came; null at the end. @throws BrokenOff */
  next(): Promise<Buffer | null>
  /** The next bytes up to this mark and with it; null at an end before the first one. @throws BrokenOff; what `tooLong` makes beyond so many bytes */
  through(mark: string, most: number, tooLong: () => Error): Promise<Buffer | null>
  /** Gives bytes back, that come again as the next ones. */
  unread(bytes: Buffer): void
}

export function createByteReader(socket: Duplex): ByteReader {
  let held: Buffer | null = null
  let wake = nothing
  for (const event of ['readable', 'end', 'close'] as const) socket.on(event, () => wake())

  async function next(): Promise<Buffer | null> {
    for (;;) {
      const chunk: Buffer | null = held ?? socket.read()
      held = null
      if (chunk !== null) return chunk
      if (socket.readableEnded) return null
      if (socket.destroyed) throw new BrokenOff()
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = nothing
    }
  }

  async function through(mark: string, most: number, tooLong: () => Error): Promise<Buffer | null> {
    let bytes = await next()
    if (bytes === null) return null
    for (let from = 0; ; ) {
      const end = bytes.indexOf(mark, from, 'latin1')
      if (end === -1 ? bytes.length >= most : end + mark.length > most) throw tooLong()
      if (end !== -1) {
        unread(bytes.subarray(end + mark.length))
        return bytes.subarray(0, end + mark.length)
      }
      from = Math.max(0, bytes.length - mark.length + 1)
      const more = await next()
      if (more === null) throw new BrokenOff()
      bytes = Buffer.concat([bytes, more])
    }
  }

  function unread(bytes: Buffer): void {
    if (bytes.length === 0) return
    held = held === null ? bytes : Buffer.concat([bytes, held])
  }

  return { next, through, unread }
}

/** Writes, and waits as long as the other end can't take more. @throws BrokenOff */
export async function write(socket: Duplex, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.writableEnded) throw new BrokenOff()
  if (socket.write(bytes)) return
  await new Promise<void>((resolve, reject) => {
    function settle(): void {
      socket.off('drain', settle).off('close', settle)
      if (socket.destroyed) reject(new BrokenOff())
      else resolve()
    }
    socket.on('drain', settle).on('close', settle)
  })
}

/** Passes everything on, to the end. @throws BrokenOff */
export async function copyAll(from: ByteReader, to: Duplex): Promise<void> {
  for (let bytes = await from.next(); bytes !== null; bytes = await from.next()) await write(to, bytes)
}

function nothing(): void {}
