import { NotFound } from '@rack-gateway/auth'
import type { ListedRecording } from '../../recordings/catalogue.ts'
import type { Handlers } from '../call.ts'
import { timeOf } from '../times.ts'

const usual = 50

export const recordingHandlers: Handlers<'listRecordings' | 'readRecording'> = {
  async listRecordings({ recordings, query }) {
    const { limit = usual, cursor = null, rack, app, principal } = query
    const found = await recordings.list({ rack, app, principal }, { before: cursor, limit: limit + 1 })
    const items = found.slice(0, limit)
    return { items: items.map(shown), next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  },

  /** Whoever reads a session is in the log before they see any of it. */
  async readRecording({ recordings, id, record }) {
    const recording = await recordings.find(id)
    if (recording === null) throw new NotFound('such recording')
    const { rack, app, process } = recording
    const stream = await recordings.read(recording)
    await record({
      kind: 'recording.read',
      of: recording.opened,
      recording: { id },
      rack,
      ...(app !== null && { app }),
      ...(process !== null && { process }),
    }).catch((error: unknown) => {
      stream.destroy()
      throw error
    })
    return {
      body: stream,
      mediaType: 'application/x-asciicast',
      fileName: `${id}.cast`,
      release: () => stream.destroy(),
    }
  },
}

function shown({ principal, principalName, startedAt, endedAt, head: _, ...recording }: ListedRecording) {
  return {
    ...recording,
    principal: { id: principal, name: principalName },
    startedAt: startedAt.toISOString(),
    endedAt: timeOf(endedAt),
  }
}
