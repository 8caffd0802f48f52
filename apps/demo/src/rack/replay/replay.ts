import { setTimeout as sleep } from 'node:timers/promises'
import { connectRaw, type HttpMessage, isLastFrame, type RawConnection, writeMessage } from '@rack-gateway/testing/http'
import { type Frame, opcodes } from '@rack-gateway/testing/websocket'
import { presentRequest } from './present-request.ts'
import type { CliRecording } from './recordings.ts'
import { type RecordedExchange, scheduleOf } from './schedule.ts'
import { createTranslation, type Translation } from './translation.ts'

export interface ReplayOptions {
  /** Where to: a rack or a gateway. A path (`/rack/staging`) is put before each target. */
  readonly url: string
  /** The Authorization header in place of the recorded one; null sends none. */
  readonly authorization: string | null
  /** More headers of each request. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Give the same one to recordings that depend on each other. */
  readonly translation?: Translation
  /** Lets the time pass that passed in the recording, in milliseconds; real time by default. With a manual clock: `clock.advance`. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
  /** Ends the replay after an exchange, as the CLI gives up after a refusal. */
  readonly until?: (exchange: Exchange) => boolean
}

/** A request that was played and the two answers to it. */
export interface Exchange {
  readonly method: string
  readonly target: string
  readonly recorded: HttpMessage
  readonly answer: HttpMessage
  readonly status: number
  /** The recorded body with the ids that are known by now. */
  readonly expectedBody: string
  /** After a 101; null without one. */
  readonly recordedFrames: readonly Frame[] | null
  readonly frames: readonly Frame[] | null
}

const longestStream = 60_000
const step = 100

/**
 * Plays a recording's bytes over real sockets, with Host, Origin and the credential replaced and ids translated. Streams that the
 * recorded rack ended are read to their end before the next request; the others stay open until the last request is answered.
 *
 * @throws Error when a connection ends without an answer
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
  const followed: Promise<unknown>[] = []
  let before: number | null = null
  for (const recorded of scheduleOf(recording)) {
    if (before !== null && recorded.at !== null && recorded.at > before) await wait(recorded.at - before)
    before = recorded.at ?? before
    const { exchange, settled } = await play(player, recorded)
    if (recorded.frames?.some(isLastFrame)) await settled()
    else followed.push(Promise.resolve().then(settled))
    exchanges.push(exchange)
    if (until(exchange)) break
  }
  await Promise.all(followed)
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
  const request = presentRequest(recorded.request, player)
  const peer = await peerFor(player, recorded.connection)
  peer.send(writeMessage(request))
  const [method = '', target = ''] = request.startLine.split(' ')
  const answer = await peer.nextMessage(method)
  const [, status = ''] = answer.startLine.split(' ')
  const stream = status === '101' ? peer.frames() : null
  if (stream !== null) peer.send(recorded.sent)
  player.translation.learn(recorded.answer.body, answer.body)
  const exchange: Exchange = {
    method,
    target,
    recorded: recorded.answer,
    answer,
    status: Number(status),
    expectedBody: player.translation.toPresent(recorded.answer.body),
    recordedFrames: recorded.frames,
    frames: stream?.received ?? null,
  }
  async function settled(): Promise<void> {
    for (let waited = 0; stream !== null && !stream.ended() && waited < longestStream; waited += step) {
      if (!recorded.frames?.some(isLastFrame) && lines(stream.received) >= lines(recorded.frames ?? [])) return
      await player.wait(step)
      await sleep(1)
    }
  }
  return { exchange, settled }
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
