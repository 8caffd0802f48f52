import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type HttpMessage, type RawConnection, statusOf, writeRequest } from '@rack-gateway/testing/http'
import { encodeFrame, opcodes, upgradeHeaders } from '@rack-gateway/testing/websocket'
import { onTestFinished } from 'vitest'
import type { DemoRack, DemoRackOptions } from '../demo-rack.ts'
import { createDemoRack } from '../rack.ts'

export const token = 'rackpass'
export const credentials = `Authorization: ${basicAuthorization(token)}`

/** Starts a rack that stops at the end of the test. */
export async function startRack(options: Partial<DemoRackOptions> = {}): Promise<DemoRack> {
  const rack = createDemoRack({ name: 'rack1', token, seed: 'tests', ...options })
  await rack.listen()
  onTestFinished(() => rack.close())
  return rack
}

export async function connectTo(rack: DemoRack): Promise<RawConnection> {
  const peer = await connectRaw(rack.url)
  onTestFinished(() => peer.end())
  return peer
}

/**
 * Sends one authenticated request on a new connection.
 *
 * @param start the method and the target, such as `GET /apps`
 */
export async function ask(
  rack: DemoRack,
  start: string,
  headers: readonly string[] = [],
  body = '',
): Promise<Answered> {
  const peer = await connectTo(rack)
  peer.send(writeRequest(start, [credentials, ...headers], body))
  const response = await peer.nextMessage(start.split(' ')[0])
  peer.end()
  return answered(response)
}

export interface Answered extends HttpMessage {
  readonly status: number
}

export function answered(message: HttpMessage): Answered {
  return { ...message, status: statusOf(message) }
}

export const formType = 'Content-Type: application/x-www-form-urlencoded'

/** Opens a WebSocket. `frames` is empty if the upgrade was refused. */
export async function open(rack: DemoRack, path: string, headers: readonly string[] = [credentials], body = '') {
  const peer = await connectTo(rack)
  peer.send(writeRequest(`GET ${path}`, [...upgradeHeaders, ...headers], body))
  const response = answered(await peer.nextMessage())
  const { received, ended } = peer.frames()
  return {
    peer,
    response,
    frames: received,
    sendText: (text: string) => peer.send(masked(opcodes.text, text)),
    sendEnd: () => peer.send(masked(opcodes.binary, '')),
    sendPing: (text: string) => peer.send(masked(opcodes.ping, text)),
    text: () =>
      received
        .filter(({ opcode: code }) => code === opcodes.text)
        .map(({ payload }) => payload.toString())
        .join(''),
    async end() {
      await until(ended)
      return received
        .filter(({ opcode: code }) => code === opcodes.text)
        .map(({ payload }) => payload.toString())
        .join('')
    },
  }
}

export function masked(code: number, payload: string): Buffer {
  return encodeFrame({ opcode: code, payload: Buffer.from(payload), mask: 0x01020304 })
}

/** Resolves when the condition is true. @throws after ten seconds */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ten seconds for ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

export function fixture(name: string): URL {
  return new URL(`../../fixtures/${name}`, import.meta.url)
}

/** Sends a GET request. @returns the parsed JSON */
export async function read(rack: DemoRack, path: string) {
  return JSON.parse(Buffer.from((await ask(rack, `GET ${path}`)).body, 'latin1').toString('utf8'))
}

export function send(rack: DemoRack, start: string, form: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return ask(rack, start, [formType], new URLSearchParams(form).toString())
}

export function upload(rack: DemoRack, start: string, body: string): Promise<Answered> {
  return ask(rack, start, ['Content-Type: application/octet-stream'], body)
}
