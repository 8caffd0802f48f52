import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { applyMask, headerSize, readHeader, writeHeader } from '../frames.ts'
import { type RelayOptions, relay } from '../relay.ts'
import type { Relay } from '../types.ts'
import { socketPair } from './peer.ts'

export interface Relayed {
  /** The caller's and the rack's own ends. */
  readonly client: net.Socket
  readonly rack: net.Socket
  /** The ends that the relay holds. */
  readonly near: { readonly client: net.Socket; readonly rack: net.Socket }
  readonly relay: Relay
}

/** A relay between two real TCP connections. */
export async function relayed(options: Partial<RelayOptions> = {}): Promise<Relayed> {
  const [[nearClient, client], [nearRack, rack]] = await Promise.all([socketPair(), socketPair()])
  const none = Buffer.alloc(0)
  const joined = relay({
    client: nearClient,
    clientHead: none,
    rack: nearRack,
    rackHead: none,
    clock: performance,
    ...options,
  })
  return { client, rack, near: { client: nearClient, rack: nearRack }, relay: joined }
}

export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
  readonly fin?: boolean
}

/** As a client writes it when there is a mask, as a server does without one. */
export function frame({ opcode, payload, fin = true }: Frame, mask: number | null = null): Buffer {
  const header = writeHeader({ fin, opcode, length: payload.length, mask })
  return Buffer.concat([header, mask === null ? payload : applyMask(Buffer.from(payload), mask, 0)])
}

/** All frames in some bytes, unmasked; the bytes must end where a frame ends. */
export function framesIn(bytes: Buffer): Required<Frame>[] {
  const frames: Required<Frame>[] = []
  for (let at = 0; at < bytes.length; ) {
    const { fin, opcode, length, mask } = readHeader(bytes, at)
    const begin = at + headerSize(bytes.readUInt8(at + 1))
    at = begin + length
    if (at > bytes.length) throw new Error('the bytes end within a frame')
    const payload = Buffer.from(bytes.subarray(begin, at))
    frames.push({ fin, opcode, payload: mask === null ? payload : applyMask(payload, mask, 0) })
  }
  return frames
}

/** All that a connection says until its end. */
export async function allOf(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The next `length` bytes. */
export function bytesOf(stream: Duplex, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size < length) return
      stream.off('data', onData).pause()
      resolve(Buffer.concat(chunks))
    }
    stream.on('data', onData)
    stream.once('error', reject)
  })
}
