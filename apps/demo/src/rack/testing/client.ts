import { onTestFinished } from 'vitest'
import { createDemoRack } from '../rack.ts'
import type { Message } from '../replay/message.ts'
import { connectPeer, type Peer } from '../replay/peer.ts'
import type { DemoRack, DemoRackOptions } from '../types.ts'
import { opcode } from '../wire/frames.ts'

export const token = 'rackpass'
export const credentials = `Authorization: Basic ${Buffer.from(`convox:${token}`).toString('base64')}`

/** A rack that ends with the test. */
export async function startRack(options: Partial<DemoRackOptions> = {}): Promise<DemoRack> {
  const rack = createDemoRack({ name: 'rack1', token, seed: 'tests', ...options })
  await rack.listen()
  onTestFinished(() => rack.close())
  return rack
}

export async function connectTo(rack: DemoRack): Promise<Peer> {
  const peer = await connectPeer(new URL(rack.url))
  onTestFinished(() => peer.end())
  return peer
}

/** Writes lines as a request's head, then the body, exactly as they are. */
export function request(lines: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  const [start = '', ...headers] = lines
  return `${[`${start} HTTP/1.1`, 'Host: rack.test', ...headers, ...length].join('\r\n')}\r\n\r\n${body}`
}

/** Sends one authenticated request on a connection of its own. */
export async function ask(
  rack: DemoRack,
  start: string,
  headers: readonly string[] = [],
  body = '',
): Promise<Answered> {
  const peer = await connectTo(rack)
  peer.send(request([start, credentials, ...headers], body))
  const answer = await peer.nextAnswer(start.split(' ')[0])
  peer.end()
  return answered(answer)
}

export interface Answered extends Message {
  readonly status: number
}

export function answered(message: Message): Answered {
  return { ...message, status: Number(message.startLine.split(' ')[1]) }
}

export const formType = 'Content-Type: application/x-www-form-urlencoded'

/** Opens a websocket; `frames` is empty where the upgrade was refused. */
export async function open(rack: DemoRack, path: string, headers: readonly string[] = [credentials], body = '') {
  const peer = await connectTo(rack)
  peer.send(request([`GET ${path}`, ...upgrade, ...headers], body))
  const answer = answered(await peer.nextAnswer())
  const { received, ended } = peer.frames()
  return {
    peer,
    answer,
    frames: received,
    sendText: (text: string) => peer.send(masked(opcode.text, text)),
    sendEnd: () => peer.send(masked(opcode.binary, '')),
    sendPing: (text: string) => peer.send(masked(opcode.ping, text)),
    text: () =>
      received
        .filter(({ opcode: code }) => code === opcode.text)
        .map(({ payload }) => payload.toString())
        .join(''),
    async end() {
      await until(ended)
      return received
        .filter(({ opcode: code }) => code === opcode.text)
        .map(({ payload }) => payload.toString())
        .join('')
    },
  }
}

export const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** A client's frame of at most 125 bytes. */
export function masked(code: number, payload: string): string {
  const key = [1, 2, 3, 4]
  const bytes = [...Buffer.from(payload)].map((byte, index) => byte ^ (key[index % 4] ?? 0))
  return Buffer.from([0x80 | code, 0x80 | bytes.length, ...key, ...bytes]).toString('latin1')
}

/** Resolves when it is so; gives up loudly after ten seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited ten seconds for ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

export function fixture(name: string): URL {
  return new URL(`../../../test/fixtures/${name}`, import.meta.url)
}

/** A GET's JSON. */
export async function read(rack: DemoRack, path: string) {
  return JSON.parse(Buffer.from((await ask(rack, `GET ${path}`)).body, 'latin1').toString('utf8'))
}

/** A call with a form. */
export function send(rack: DemoRack, start: string, form: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return ask(rack, start, [formType], new URLSearchParams(form).toString())
}

/** A call with a body of bytes. */
export function upload(rack: DemoRack, start: string, body: string): Promise<Answered> {
  return ask(rack, start, ['Content-Type: application/octet-stream'], body)
}
