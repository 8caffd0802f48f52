import type { Recording } from '@rack-gateway/gateway-api'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { openStream } from '../../../../api/client.ts'
import { showSessionEndOn401 } from '../../../../api/session-end.ts'
import { Keyframes } from '../engine/keyframes.ts'
import { type CastEnd, loadRecording } from '../engine/load-recording.ts'
import { Player, type PlayerState } from '../engine/player.ts'
import { RecordingEvents } from '../engine/recording-events.ts'
import { yieldByMessage } from '../engine/time-slices.ts'

export interface OpenPlayer {
  readonly player: Player
  readonly recordingEvents: RecordingEvents
}

interface UsePlayerOptions {
  /** Milliseconds. */
  readonly startAt: number
  readonly onSessionEnd: () => void
}

/** A live stream also ends when the gateway stops, or stops sending to this page. Then the session is not over. */
export function isSessionOver(end: CastEnd | null): boolean {
  return end === 'complete' || end === 'cut'
}

/** Plays the recording while it arrives. A running session is followed, unless `startAt` is later than 0. */
export function usePlayer(recording: Recording, { startAt, onSessionEnd }: UsePlayerOptions) {
  const { id } = recording
  const [isLive] = useState(recording.endedAt === null)
  const [firstPosition] = useState(startAt)
  const [attempt, setAttempt] = useState(0)
  const [openPlayer, setOpenPlayer] = useState<OpenPlayer | null>(null)
  const [error, setError] = useState<Error | null>(null)
  // Each opening is an audit event, so only a new attempt opens the recording again.
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const recordingEvents = new RecordingEvents()
    const keyframes = new Keyframes()
    const player = new Player({
      recordingEvents,
      keyframes,
      yieldToPage: yieldByMessage,
      frame: () => new Promise((resolve) => requestAnimationFrame(resolve)),
      startAt: firstPosition,
      follows: isLive && firstPosition === 0,
    })
    async function load() {
      const path = isLive ? '/recordings/{id}/live' : '/recordings/{id}'
      const request = isLive ? { id, query: { from: 'start' } } : { id }
      const body = await openStream(path, request, { accept: 'application/x-asciicast, application/json', signal })
      setOpenPlayer({ player, recordingEvents })
      const end = await loadRecording({
        body,
        recordingEvents,
        keyframes,
        yieldToPage: yieldByMessage,
        signal,
        onHeader: (header) => player.onHeader(header),
        onMarker: (marker) => player.onMarker(marker),
        onProgress: () => player.onProgress(),
      })
      if (signal.aborted) return
      player.onLoaded(end)
      if (isLive && isSessionOver(end)) onSessionEnd()
    }
    function fail(reason: Error) {
      if (signal.aborted) return
      player.onLoaded(null)
      setError(reason)
      showSessionEndOn401(reason)
    }
    setOpenPlayer(null)
    setError(null)
    load().catch(fail)
    player.run().catch(fail)
    return () => {
      controller.abort()
      player.close()
    }
  }, [id, isLive, firstPosition, attempt])
  return { openPlayer, isLive, error, retry: () => setAttempt((number) => number + 1) }
}

/** The component renders again only when the selected part of the state changes. */
export function usePlayerState<T>(player: Player, select: (state: PlayerState) => T): T {
  return useSyncExternalStore(player.subscribe, () => select(player.state))
}
