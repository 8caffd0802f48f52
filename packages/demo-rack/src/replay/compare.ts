import { isLastFrame } from '@rack-gateway/testing/http'
import { type Frame, opcodes } from '@rack-gateway/testing/websocket'
import type { Exchange } from './replay.ts'
import { idPattern } from './translation.ts'

/** Ignores times. Compares IDs after translation, headers only by name, and WebSocket streams by text and ending. */
export function differences(exchange: Exchange): string[] {
  const { recorded, response } = exchange
  return [
    ...difference('status', statusOf(recorded.startLine), statusOf(response.startLine)),
    ...difference('header names', headerNames(recorded.headers), headerNames(response.headers)),
    ...difference('body', withoutIdsAndTimes(recorded.body), withoutIdsAndTimes(response.body)),
    ...difference('ids', idsOf(exchange.expectedBody), idsOf(response.body)),
    ...streamDifferences(exchange),
  ]
}

function difference(what: string, recorded: string, present: string): string[] {
  return recorded === present ? [] : [`${what}: recorded ${JSON.stringify(recorded)}, now ${JSON.stringify(present)}`]
}

function statusOf(startLine: string): string {
  return startLine.split(' ').slice(1).join(' ')
}

function headerNames(headers: Exchange['recorded']['headers']): string {
  return headers
    .map(([name]) => name)
    .sort()
    .join(' ')
}

function streamDifferences({ recordedFrames, frames }: Exchange): string[] {
  if (recordedFrames === null || frames === null) return difference('stream', kind(recordedFrames), kind(frames))
  const [recorded, present] = [streamText(recordedFrames), streamText(frames)]
  if (!recordedFrames.some(isLastFrame)) return difference('stream', withoutTicks(recorded), withoutTicks(present))
  return [
    ...difference('stream', recorded, present),
    ...difference('end', ending(recordedFrames), ending(frames)),
    ...difference('exit marker', markerFrame(recordedFrames), markerFrame(frames)),
  ]
}

function kind(frames: readonly Frame[] | null): string {
  return frames === null ? 'none' : 'websocket'
}

/** The text of all data frames, without IDs and times. Frame boundaries depend on timing, so they are ignored. */
function streamText(frames: readonly Frame[]): string {
  const text = frames.filter((frame) => frame.opcode === opcodes.text).map(({ payload }) => payload.toString('latin1'))
  return withoutIdsAndTimes(text.join(''))
}

/** Removes the lines that depend on how long a stream was followed. */
function withoutTicks(text: string): string {
  return text.replace(/^.* tick \d+\n/gm, '')
}

function ending(frames: readonly Frame[]): string {
  return frames.slice(-1).map((frame) => `${frame.opcode} ${frame.payload.toString('latin1')}`)[0] ?? ''
}

/** The frame with the exit marker. The CLI doesn't find a marker that spans two frames. */
function markerFrame(frames: readonly Frame[]): string {
  const found = frames.find(({ payload }) => payload.includes('F1E49A85-'))
  return found === undefined ? '' : found.payload.toString('latin1')
}

function withoutIdsAndTimes(text: string): string {
  return text.replace(idPattern, (id) => `<${id.replace(/[A-Z]{10}$|-.*$/, '')}>`).replace(timePattern, '<time>')
}

const timePattern = /\b2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

function idsOf(text: string): string {
  return (text.match(idPattern) ?? []).sort().join(' ')
}
