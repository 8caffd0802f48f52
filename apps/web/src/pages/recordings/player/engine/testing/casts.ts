import { Keyframes } from '../keyframes.ts'
import { type LoadOptions, loadRecording, type Marker } from '../load-recording.ts'
import { RecordingEvents } from '../recording-events.ts'
import type { TimedEvent } from '../timed-event.ts'

export type Line = readonly [after: number, code: string, data: string]

export const header = '{"version":3,"term":{"cols":20,"rows":5},"timestamp":1000}'

export function castText(lines: readonly Line[]): string {
  return `${[header, ...lines.map((line) => JSON.stringify(line))].join('\n')}\n`
}

export function eventsOf(lines: readonly Line[]): TimedEvent[] {
  let at = 0
  return lines.map(([after, code, data]) => {
    at += Math.round(after * 1_000)
    return { at, code, data }
  })
}

export const noYield = async () => {}

/** A body that arrives in pieces of `size` bytes. */
export function bodyOf(text: string, size = 1_000): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + size))
      at += size
    },
  })
}

export async function load(text: string, options: Partial<LoadOptions> = {}) {
  const recordingEvents = new RecordingEvents()
  const keyframes = new Keyframes()
  const markers: Marker[] = []
  const end = await loadRecording({
    body: bodyOf(text),
    recordingEvents,
    keyframes,
    yieldToPage: noYield,
    signal: new AbortController().signal,
    onHeader() {},
    onMarker: (marker) => markers.push(marker),
    onProgress() {},
    ...options,
  })
  return { recordingEvents, keyframes, markers, end }
}
