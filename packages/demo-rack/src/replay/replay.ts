import { setTimeout as sleep } from 'node:timers/promises'
import { connectRaw, type HttpMessage, isLastFrame, type RawConnection, writeMessage } from '@rack-gateway/testing/http'
import { type Frame, opcodes } from '@rack-gateway/testing/websocket'
import { toCurrentRequest } from './current-request.ts'
import type { CliRecording } from './recordings.ts'
import { type RecordedExchange, scheduleOf } from './schedule.ts'
import { createTranslation, type Translation } from './translation.ts'

export interface ReplayOptions {
  /** The URL of a rack or gateway. Its path (`/rack/staging`) precedes each target. */
  readonly url: string
  /** Replaces the recorded Authorization header; null removes it. */
  readonly authorization: string | null
  /** Additional headers of each request. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Use the same translation for recordings that depend on each other. */
  readonly translation?: Translation
  /** Default: real time. With a manual clock: `clock.advance`. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
  /** Ends the replay after an exchange, as the CLI ends after a denial. */
  readonly until?: (exchange: Exchange) => boolean
}

/** A replayed request, with the recorded response and the new response. */
export interface Exchange {
  readonly method: string
  readonly target: string
  readonly recorded: HttpMessage
  readonly response: HttpMessage
  readonly status: number
  /** The recorded body with all known IDs translated. */
  readonly expectedBody: string
  /** The recorded frames after a 101; null for any other status. */
  readonly recordedFrames: readonly Frame[] | null
  /** The new frames after a 101, added as they arrive; null for any other status. */
  readonly frames: readonly Frame[] | null
}

/** Milliseconds. */
const streamTimeout = 60_000
const step = 100

/**
 * Sends the recorded requests over real sockets. A stream that the recorded rack ended is read to its end before the
 * next request. Other streams stay open until the end of the replay.
 *
 * @throws Error if a connection ends without a response
 */
export async function replay(recording: CliRecording, options: ReplayOptions): Promise<Exchange[]> {
  const { translation = createTranslation(), wait = sleep, until = () => false } = options
  const player = {
    url: new URL(options.url),
    authorization: options.authorization,
    headers: options.headers ?? [],
    translation,
    wait,
    peers: new Map(),
  }
  const exchanges: Exchange[] = []
  const openStreams: Promise<unknown>[] = []
  let previousAt: number | null = null
  for (const recorded of scheduleOf(recording)) {
    if (previousAt !== null && recorded.at !== null && recorded.at > previousAt) await wait(recorded.at - previousAt)
    previousAt = recorded.at ?? previousAt
    const { exchange, waitForStream } = await play(player, recorded)
    if (recorded.frames?.some(isLastFrame)) await waitForStream()
    else openStreams.push(Promise.resolve().then(waitForStream))
    exchanges.push(exchange)
    if (until(exchange)) break
  }
  await Promise.all(openStreams)
  for (const peer of player.peers.values()) peer.end()
  return exchanges
}

interface Player {
  readonly url: URL
  readonly authorization: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly translation: Translation
  readonly wait: (milliseconds: number) => Promise<unknown>
  readonly peers: Map<number, RawConnection>
}

async function play(player: Player, recorded: RecordedExchange) {
  const request = toCurrentRequest(recorded.request, player)
  const peer = await peerFor(player, recorded.connection)
  peer.send(writeMessage(request))
  const [method = '', target = ''] = request.startLine.split(' ')
  const response = await peer.nextMessage(method)
  const [, status = ''] = response.startLine.split(' ')
  const stream = status === '101' ? peer.frames() : null
  if (stream !== null) peer.send(recorded.sent)
  player.translation.learn(recorded.response.body, response.body)
  const exchange: Exchange = {
    method,
    target,
    recorded: recorded.response,
    response,
    status: Number(status),
    expectedBody: player.translation.toCurrent(recorded.response.body),
    recordedFrames: recorded.frames,
    frames: stream?.received ?? null,
  }
  async function waitForStream(): Promise<void> {
    for (let waited = 0; stream !== null && !stream.ended() && waited < streamTimeout; waited += step) {
      if (!recorded.frames?.some(isLastFrame) && lines(stream.received) >= lines(recorded.frames ?? [])) return
      await player.wait(step)
      await sleep(1)
    }
  }
  return { exchange, waitForStream }
}

function lines(frames: readonly Frame[]): number {
  const text = frames.filter((frame) => frame.opcode === opcodes.text).map(({ payload }) => payload.toString('latin1'))
  return text.join('').split('\n').length
}

async function peerFor({ peers, url }: Player, connection: number): Promise<RawConnection> {
  const open = peers.get(connection)
  if (open !== undefined && !open.closed) return open
  const peer = await connectRaw(url)
  peers.set(connection, peer)
  return peer
}
