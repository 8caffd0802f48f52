import { type EventDraft, type RecordedEvent, uuidv7 } from '@rack-gateway/audit'
import { applyMask, opcodes, type PayloadListener, type Relay, type RelayEnd } from '@rack-gateway/rack-registry'
import { type Policy, type RecordingRule, sessionOf } from '@rack-gateway/rbac-policy'
import {
  type Recording,
  type RecordingGap,
  type RecordingSummary,
  type Recordings,
  RecordingUnavailable,
} from '@rack-gateway/recordings'
import type { FastifyRequest } from 'fastify'
import type { DecidedCall } from '../calls/call.ts'
import { withRule } from '../errors/errors.ts'
import type { RecordedSecrets } from './recorded-secrets.ts'
import type { RecordingIndex } from './recording-index.ts'

type Draft = Omit<EventDraft, 'kind'>

/** The recording of one session on the rack API, or a stand-in if the session is not recorded. */
export interface SessionRecording {
  readonly eventFields: Pick<EventDraft, 'recording'>
  readonly onPayload: PayloadListener | null
  /** Called when the `opened` event is durable. */
  onOpened(event: RecordedEvent): void
  /** @param end ends the session for a reason */
  attach(live: Relay, end: (reason: string) => void): void
  /** @param relayEnd how the session ended; null if it never started @returns the fields of the `closed` event */
  finish(relayEnd: RelayEnd | null): Pick<EventDraft, 'recording'>
}

export interface SessionRecorder {
  /** @throws RecordingUnavailable if the session requires a strict recording and it cannot be made */
  begin(request: FastifyRequest, call: DecidedCall, draft: Draft): Promise<SessionRecording>
  /** Resolves when all pending updates of the recording index are done. */
  settled(): Promise<void>
}

export interface SessionRecorderOptions {
  /** Null without a store. */
  readonly recordings: Recordings | null
  readonly policy: Policy
  readonly secrets: RecordedSecrets
  readonly index: RecordingIndex
  readonly now: () => number
  /** Records an event without waiting for it. */
  readonly record: (draft: EventDraft) => void
  readonly onError: (error: unknown) => void
}

const notRecorded: SessionRecording = {
  eventFields: {},
  onPayload: null,
  onOpened() {},
  attach() {},
  finish: () => ({}),
}

export function createSessionRecorder(options: SessionRecorderOptions): SessionRecorder {
  const { recordings, policy, secrets, index, now, record, onError } = options

  const pendingUpdates = new Set<Promise<void>>()

  function trackUpdate(work: Promise<void>): Promise<void> {
    const done = work.catch(onError)
    pendingUpdates.add(done)
    return done.finally(() => pendingUpdates.delete(done))
  }

  async function start(request: FastifyRequest, call: DecidedCall, rule: RecordingRule, draft: Draft) {
    if (recordings === null) throw unavailable('the gateway has no store for recordings (RECORDINGS)')
    const { rack, rackCall } = call
    const id = uuidv7(now())
    const command = call.command?.words.join(' ') ?? null
    const finder = await secrets.find(rack, rackCall.app, rackCall.process?.id ?? null).catch((cause: unknown) => {
      throw rule.mode === 'strict'
        ? unavailable('the gateway could not get the list of secrets to redact from it')
        : cause
    })
    let openedEvent: string | null = null
    let insertion: Promise<void> = Promise.resolve()
    const recording = await recordings.begin({
      id,
      mode: rule.mode === 'strict' ? 'strict' : 'best-effort',
      secrets: finder,
      header: { ...sizeOf(request), startedAt: now(), command: command ?? '', title: titleOf(call) },
      onGap: (gap) => record(gapEvent(draft, openedEvent, gap)),
    })
    return recordedSession(recording, rule, {
      onOpened(event) {
        openedEvent = event.id
        const { stream, moment } = event.position
        const startedRecording = {
          id,
          stream,
          opened: event.id,
          principal: event.column('principal'),
          principalName: event.column('principal_name'),
          rack: rack.name,
          route: event.column('route'),
          command,
          app: rackCall.app,
          process: event.column('process') || null,
          grant: call.decision.grant?.id ?? null,
          mode: rule.mode,
          startedAt: new Date(moment),
        }
        insertion = trackUpdate(index.add(startedRecording))
      },
      onFinished(summary) {
        void trackUpdate(insertion.then(() => index.end(summary, new Date(now()))))
      },
      onError,
    })
  }

  return {
    async settled() {
      await Promise.all(pendingUpdates)
    },
    async begin(request, call, draft) {
      const session = sessionOf(call.rackCall)
      if (session === null) return notRecorded
      const rule = policy.recordingOf(session)
      if (rule === null || rule.mode === 'off') return notRecorded
      if (rule.mode === 'best-effort' && recordings === null) return notRecorded
      try {
        return await start(request, call, rule, draft)
      } catch (error) {
        if (rule.mode === 'strict')
          throw error instanceof RecordingUnavailable
            ? withRule(error, 'recording-unavailable')
            : unavailable('the recording could not be started')
        onError(error)
        return unrecordedSession(draft, (gap, event) => {
          recordings?.countLost(gap.bytes)
          record(event)
        })
      }
    },
  }
}

function recordedSession(
  recording: Recording,
  { mode, input }: RecordingRule,
  callbacks: {
    onOpened(event: RecordedEvent): void
    onFinished(summary: RecordingSummary): void
    onError(error: unknown): void
  },
): SessionRecording {
  return {
    eventFields: { recording: { id: recording.id, mode } },
    onPayload: payloadListener(recording, input),
    onOpened: callbacks.onOpened,
    attach(live, end) {
      recording.attach({ pause: live.pause, resume: live.resume, end })
    },
    finish(relayEnd) {
      try {
        const summary = recording.finish(relayEnd === null ? 'cut: it was not opened' : endingOf(relayEnd))
        callbacks.onFinished(summary)
        return { recording: { ...summary, mode } }
      } catch (error) {
        // The `closed` event is recorded nevertheless.
        callbacks.onError(error)
        return { recording: { id: recording.id, mode } }
      }
    },
  }
}

function payloadListener(recording: Recording, input: boolean): PayloadListener {
  return function record(direction, opcode, payload, mask, offset, endOfMessage) {
    if (direction === 'out') {
      if (opcode === opcodes.binary && payload.length === 0 && endOfMessage) recording.onRackEnd()
      else recording.write('o', payload, endOfMessage)
    } else if (input && payload.length > 0)
      recording.write('i', applyMask(Buffer.from(payload), mask, offset), endOfMessage)
  }
}

/** A session that continues without its best-effort recording. The whole session is one gap. */
function unrecordedSession(draft: Draft, onGap: (gap: RecordingGap, event: EventDraft) => void): SessionRecording {
  let openedEvent: string | null = null
  return {
    ...notRecorded,
    onOpened(event) {
      openedEvent = event.id
    },
    finish(relayEnd) {
      if (relayEnd === null) return {}
      const { bytesIn, bytesOut, durationMs } = relayEnd
      const gap = { recording: '', reason: 'it could not be started', bytes: bytesIn + bytesOut, durationMs }
      onGap(gap, gapEvent(draft, openedEvent, gap))
      return {}
    },
  }
}

function gapEvent(draft: Draft, openedEvent: string | null, gap: RecordingGap): EventDraft {
  const { recording: id, reason, bytes, durationMs } = gap
  return {
    ...draft,
    kind: 'recording.gap',
    ...(openedEvent !== null && { of: openedEvent }),
    ...(id !== '' && { recording: { id } }),
    durationMs,
    detail: { reason, bytes },
  }
}

/** The marker `cut` is only for output that is missing. A session that the gateway ends is recorded to its last byte. */
function endingOf({ by, reason }: RelayEnd): string {
  if (by === 'gateway') return `ended by the gateway: ${reason}`
  return by === 'client' ? `detached: the client ${inWords(reason)}` : `cut: the ${by} ${inWords(reason)}`
}

function inWords(reason: string): string {
  return reason === 'hung up' || reason === 'closed' ? reason : `(${reason})`
}

function titleOf({ rackCall, match }: DecidedCall): string {
  const scope = rackCall.app === null ? rackCall.rack : `${rackCall.app} on ${rackCall.rack}`
  const target = rackCall.process?.id ?? match.params.name ?? match.params.id ?? ''
  return `${target} of ${scope}`
}

const defaultSize = { cols: 80, rows: 24 }

/** Convox sends the size of the terminal only when the session starts. */
function sizeOf({ headers }: FastifyRequest): { readonly cols: number; readonly rows: number } {
  const read = (value: string | string[] | undefined, fallback: number) => {
    const size = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0
    return size === 0 ? fallback : size
  }
  return { cols: read(headers.width, defaultSize.cols), rows: read(headers.height, defaultSize.rows) }
}

function unavailable(why: string): Error {
  return withRule(
    new RecordingUnavailable(
      `The policy requires a recording of this session, but ${why}, so the session was not opened.`,
      'Tell the operator of the gateway.',
    ),
    'recording-unavailable',
  )
}
