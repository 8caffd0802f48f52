import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isGatewayFailure } from '../gateway-tls/gateway-failure.ts'
import { type Admission, admitted } from './admission.ts'
import { BrokenOff, type ByteReader, copyAll, createByteReader, write } from './http/byte-reader.ts'
import { type Framing, framingOf } from './http/framing.ts'
import { answerOf, Refusal } from './http/refusal.ts'
import { copyChunks, copyLength } from './http/request-body.ts'
import { longestHead, parseRequestHead } from './http/request-head.ts'

export interface ConnectionOptions {
  readonly admission: Admission
  /** A connection to the gateway, whose certificate has been verified. @throws GatewayFailure */
  connect(): Promise<Duplex>
  /** Called once it has shown the password. */
  onAdmitted(): void
  /** Called once all that was sent has been passed on, to the end. */
  onPassedOn(): void
}

interface Request {
  /** As the gateway gets it. */
  readonly head: Buffer
  readonly framing: Framing
}

const endOfHead = '\r\n\r\n'
/** Milliseconds for who is refused to read why. */
const lingering = 1_000

/**
 * Joins one connection of convox's with one to the gateway, for as long as both live. Every head is read, and passes only
 * if it shows the password; all else is passed on as it comes, at the speed of who reads it. The end of a direction, and a
 * break, are passed on too. Never rejects.
 */
export async function serveConnection(client: Socket, options: ConnectionOptions): Promise<void> {
  const requests = createByteReader(client)
  let gateway: Duplex | null = null
  try {
    const first = await nextRequest(requests, options.admission)
    if (first === null) return void client.end()
    options.onAdmitted()
    gateway = await options.connect()
    await join(first, { ...options, client, requests, gateway })
  } catch (error) {
    gateway?.destroy()
    const refusal = isGatewayFailure(error) ? new Refusal(502, error.told) : error
    // Once something was passed on, an answer of ours could be taken for one of the gateway's.
    if (gateway === null && refusal instanceof Refusal) refuse(client, refusal)
    else client.resetAndDestroy()
  }
}

/** Null when none comes any more. @throws Refusal, BrokenOff */
async function nextRequest(requests: ByteReader, admission: Admission): Promise<Request | null> {
  const bytes = await requests.through(endOfHead, longestHead, () => new Refusal(431, 'the head is too long'))
  if (bytes === null) return null
  const head = parseRequestHead(bytes.subarray(0, -endOfHead.length))
  const framing = framingOf(head)
  return { head: admitted(head, framing.kind === 'websocket', admission), framing }
}

interface Joined extends ConnectionOptions {
  readonly client: Socket
  readonly requests: ByteReader
  readonly gateway: Duplex
}

async function join(first: Request, joined: Joined): Promise<void> {
  const { client, gateway } = joined
  const answers = createByteReader(gateway)
  await write(gateway, first.head)
  // Only on a connection of its own is it known which answer is the handshake's.
  const accepted = first.framing.kind === 'websocket' ? passHandshake(answers, client) : Promise.resolve(false)
  const both = [passAnswers(accepted, answers, client), passRequests(first.framing, accepted, joined)]
  try {
    await Promise.all(both)
  } catch (error) {
    client.resetAndDestroy()
    gateway.destroy()
    await Promise.allSettled(both)
    throw error
  }
}

async function passAnswers(accepted: Promise<boolean>, answers: ByteReader, client: Socket): Promise<void> {
  await accepted
  await copyAll(answers, client)
  client.end()
}

/** @throws Refusal, BrokenOff */
async function passRequests(first: Framing, accepted: Promise<boolean>, joined: Joined): Promise<void> {
  const { requests, gateway, admission, onPassedOn } = joined
  if (first.kind === 'websocket') {
    // What comes before the answer waits for it; an end doesn't.
    const early = await requests.next()
    if (early !== null) requests.unread(early)
    if (early !== null && (await accepted)) await copyAll(requests, gateway)
  } else await passBody(first, requests, gateway)
  for (let next = await nextRequest(requests, admission); next !== null; ) {
    if (next.framing.kind === 'websocket') throw new Refusal(400, 'a websocket begins a connection')
    await write(gateway, next.head)
    await passBody(next.framing, requests, gateway)
    next = await nextRequest(requests, admission)
  }
  gateway.end(onPassedOn)
}

async function passBody(framing: Framing, requests: ByteReader, gateway: Duplex): Promise<void> {
  if (framing.kind === 'length') await copyLength(requests, gateway, framing.length)
  if (framing.kind === 'chunks') await copyChunks(requests, gateway)
}

/** Passes on the answer to a handshake, up to the end of its head. @returns whether it is a websocket now */
async function passHandshake(answers: ByteReader, client: Socket): Promise<boolean> {
  for (;;) {
    const head = await answers.through(endOfHead, longestHead, () => new BrokenOff())
    if (head === null) return false
    await write(client, head)
    const [, status] = /^HTTP\/1\.1 (\d{3})[ \r]/.exec(head.toString('latin1', 0, 16)) ?? []
    if (status === undefined) throw new BrokenOff()
    if (status === '101') return true
    if (!status.startsWith('1')) return false
  }
}

/** What is still sent is read and forgotten, or the answer could be lost with it. */
function refuse(client: Socket, refusal: Refusal): void {
  const timer = setTimeout(() => client.destroy(), lingering)
  function forget(): void {
    while (client.read() !== null);
  }
  client.on('close', () => clearTimeout(timer)).on('readable', forget)
  forget()
  client.end(answerOf(refusal))
}
