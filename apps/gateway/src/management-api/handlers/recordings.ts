import { noSuchItem } from '@rack-gateway/auth'
import { denialError, NotAllowed, RecordingOver, RecordingRemoved } from '../../errors/errors.ts'
import { limitKeyOf } from '../../rate-limits/limit-key.ts'
import type { ListedRecording } from '../../recordings/recording-index.ts'
import { isWatching, type ViewContext, viewOf } from '../access-requests/request-view.ts'
import { decideForOthers } from '../calls/authorize.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { revocableStream } from '../streams/revocable-stream.ts'

const defaultLimit = 50

export const recordingHandlers: Handlers<'listRecordings' | 'readRecording' | 'followRecording' | 'endRecording'> = {
  async listRecordings({ server, query }) {
    const { limit = defaultLimit, cursor = null, from, to, ...filter } = query
    const range = { ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) }
    const found = await server.recordingArchive.list({ ...filter, ...range }, { before: cursor, limit: limit + 1 })
    const items = found.slice(0, limit)
    return { items: items.map(toResponse), next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  },

  /** The read is recorded before the response is sent. */
  async readRecording(call) {
    const { server, id, record, principal } = call
    const { recordingArchive, resourceAccount } = server
    const take = () => resourceAccount.readings.recordingReaders.acquire(limitKeyOf(principal))
    const recording = await findWatched(call)
    return revocableStream(watchedBy(call, recording), { take }, async (watch) => {
      const body = await recordingArchive.read(recording, watch.onRead)
      await record({ kind: 'recording.read', ...eventMembers(recording) }).catch((error: unknown) => {
        body.destroy()
        throw error
      })
      return { body, mediaType: 'application/x-asciicast', fileName: `${id}.cast` }
    })
  },

  async followRecording(call) {
    const { server, query, record, principal } = call
    const { recordingArchive, resourceAccount } = server
    const take = () => resourceAccount.readings.followers.acquire(limitKeyOf(principal))
    const recording = await findWatched(call)
    const { from = 'start' } = query
    return revocableStream(watchedBy(call, recording), { take, gracePeriod }, async ({ signal, onRead }) => {
      await record({ kind: 'recording.read', ...eventMembers(recording), detail: { live: true, from } })
      const body = recordingArchive.follow(recording, { from, signal, onRead })
      return { body, mediaType: 'application/x-asciicast', fileName: null }
    })
  },

  /** The event is durable before the change is committed, and so before the session ends. */
  endRecording: (outerCall) =>
    outerCall.change(async function endRecording(call) {
      const { principal, body, record, changes } = call
      const recording = await findRecording(call)
      if (recording.endedAt !== null) throw alreadyEnded(recording)
      const reason = `${principal.name} ended this session: ${body.reason}`
      if (!(await changes.endRecordedSession(recording.id, reason))) throw alreadyEnded(recording)
      await record({ kind: 'recording.ended', ...eventMembers(recording), detail: { reason: body.reason } })
      return toResponse(recording)
    }),
}

/** Milliseconds for the client to read the last message. */
const gracePeriod = 1_000

const watchPermission = 'gateway:recording:read'

/**
 * Everyone without the permission gets the same denial, so that only a reviewer learns which recordings exist.
 *
 * @throws NotAllowed, NotFound, RecordingRemoved
 */
async function findWatched(call: PrincipalCall): Promise<ListedRecording> {
  const { server, id, principal, moment, canAccess } = call
  const recording = await server.recordingArchive.find(id)
  if (!canAccess(recording !== null && (await isWatchedBy(call, recording)))) {
    const decision = decideForOthers(server.policy, principal, watchPermission, moment)
    if (decision.effect === 'deny') throw denialError(NotAllowed, decision)
    throw noSuchItem('recording')
  }
  return findRecording(call)
}

/** Whether the caller approved the grant of the session, and could still review it. */
async function isWatchedBy(call: ViewContext, { grant }: ListedRecording): Promise<boolean> {
  if (grant === null) return false
  return isWatching(await viewOf(call, await call.requestLists.one(grant)))
}

/** The call, which also loses access when its caller is no longer a reviewer, and has no permission. */
function watchedBy(call: PrincipalCall, recording: ListedRecording): PrincipalCall {
  return {
    ...call,
    async reauthorize() {
      const principal = await call.reauthorize()
      const moment = { ...call.moment, at: call.server.clock.now() }
      const decision = decideForOthers(call.server.policy, principal, watchPermission, moment)
      if (decision.effect === 'deny' && !(await isWatchedBy({ ...call, principal, moment }, recording)))
        throw denialError(NotAllowed, decision)
      return principal
    },
  }
}

async function findRecording({ server, id }: Pick<PrincipalCall, 'server' | 'id'>): Promise<ListedRecording> {
  const recording = await server.recordingArchive.find(id)
  if (recording === null) throw noSuchItem('recording')
  if (recording.removedBecause !== null)
    throw new RecordingRemoved(
      `The recording ${id} was removed: ${recording.removedBecause}.`,
      'Its audit events remain.',
    )
  return recording
}

function alreadyEnded({ id }: ListedRecording): Error {
  return new RecordingOver(`The session of the recording ${id} has already ended.`, 'Read the recording.')
}

/** `opened` is the ID of the event that opened the session. */
function eventMembers({ id, opened, rack, app, process }: ListedRecording) {
  return {
    of: opened,
    recording: { id },
    rack,
    ...(app !== null && { app }),
    ...(process !== null && { process }),
  }
}

function toResponse(row: ListedRecording) {
  const { principal, principalName, startedAt, endedAt, removedAt, head: _, ...recording } = row
  return {
    ...recording,
    principal: { id: principal, name: principalName },
    startedAt: startedAt.toISOString(),
    endedAt: formatTime(endedAt),
    removedAt: formatTime(removedAt),
  }
}
