import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeFrame, type FrameToEncode } from '@rack-gateway/testing/websocket'
import { type RelayOptions, relay } from '../relay.ts'
import type { Relay } from '../types.ts'
import { socketPair } from './peer.ts'

export interface StartedRelay {
  /** The caller's end of its connection. */
  readonly client: net.Socket
  /** The rack's end of its connection. */
  readonly rack: net.Socket
  /** The other end of each connection, which the relay uses. */
  readonly near: { readonly client: net.Socket; readonly rack: net.Socket }
  readonly relay: Relay
}

export async function startRelay(options: Partial<RelayOptions> = {}): Promise<StartedRelay> {
  const [[nearClient, client], [nearRack, rack]] = await Promise.all([socketPair(), socketPair()])
  const none = Buffer.alloc(0)
  const startedRelay = relay({
    client: nearClient,
    clientHead: none,
    rack: nearRack,
    rackHead: none,
    clock: performance,
    ...options,
  })
  return { client, rack, near: { client: nearClient, rack: nearRack }, relay: startedRelay }
}

/** Encodes a frame. A client's frames have a WebSocket mask, and a server's frames have none. */
export function frame(one: FrameToEncode, mask: number | null = null): Buffer {
  return encodeFrame({ ...one, mask })
}

export async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Resolves to everything that has arrived, which can be more than `length`. */
export function readBytes(stream: Duplex, length: number): Promise<Buffer> {
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
