import { NotFound } from '@rack-gateway/auth'
import { RecordingOver, RecordingRemoved } from '../../errors.ts'
import type { ListedRecording } from '../../recordings/catalogue.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { watchedAnswer } from '../revocable-stream.ts'
import { timeOf } from '../times.ts'

const usual = 50

export const recordingHandlers: Handlers<'listRecordings' | 'readRecording' | 'followRecording' | 'endRecording'> = {
  async listRecordings({ recordings, query }) {
    const { limit = usual, cursor = null, from, to, ...filter } = query
    const range = { ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) }
    const found = await recordings.list({ ...filter, ...range }, { before: cursor, limit: limit + 1 })
    const items = found.slice(0, limit)
    return { items: items.map(shown), next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  },

  /** Whoever reads a session is in the log before they see any of it. */
  async readRecording(call) {
    const { recordings, id, record, recordingReaders } = call
    const recording = await theRecording(call)
    return watchedAnswer(call, { take: recordingReaders.take }, async (watch) => {
      const body = await recordings.read(recording, watch.taken)
      await record({ kind: 'recording.read', ...placeOf(recording) }).catch((error: unknown) => {
        body.destroy()
        throw error
      })
      return { body, mediaType: 'application/x-asciicast', fileName: `${id}.cast` }
    })
  },

  async followRecording(call) {
    const { recordings, query, followers, record } = call
    const recording = await theRecording(call)
    const { from = 'start' } = query
    return watchedAnswer(call, { take: followers.take, farewell }, async ({ signal, taken }) => {
      await record({ kind: 'recording.read', ...placeOf(recording), detail: { live: true, from } })
      const body = recordings.follow(recording, { from, signal, onTaken: taken })
      return { body, mediaType: 'application/x-asciicast', fileName: null }
    })
  },

  /** The event is durable before the change is committed, and so before anybody is told. */
  endRecording: (asked) =>
    asked.change(async function endRecording(call) {
      const { principal, body, record, changes } = call
      const recording = await theRecording(call)
      if (recording.endedAt !== null) throw over(recording)
      const reason = `${principal.name} ended this session: ${body.reason}`
      if (!(await changes.endRecordedSession(recording.id, reason))) throw over(recording)
      await record({ kind: 'recording.ended', ...placeOf(recording), detail: { reason: body.reason } })
      return shown(recording)
    }),
}

/** Whoever watches waits so long for the last words to be taken. */
const farewell = 1_000

async function theRecording({ recordings, id }: Pick<OwnCall, 'recordings' | 'id'>): Promise<ListedRecording> {
  const recording = await recordings.find(id)
  if (recording === null) throw new NotFound('such recording')
  if (recording.removedBecause !== null)
    throw new RecordingRemoved(
      `the recording ${id} was removed: ${recording.removedBecause}`,
      'look at its events, which stay',
    )
  return recording
}

function over({ id }: ListedRecording): Error {
  return new RecordingOver(`the session of the recording ${id} has ended already`, 'read it as a whole')
}

function placeOf({ id, opened, rack, app, process }: ListedRecording) {
  return {
    of: opened,
    recording: { id },
    rack,
    ...(app !== null && { app }),
    ...(process !== null && { process }),
  }
}

function shown(listed: ListedRecording) {
  const { principal, principalName, startedAt, endedAt, removedAt, head: _, ...recording } = listed
  return {
    ...recording,
    principal: { id: principal, name: principalName },
    startedAt: startedAt.toISOString(),
    endedAt: timeOf(endedAt),
    removedAt: timeOf(removedAt),
  }
}
