import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../../api/errors.ts'
import { useMe } from '../../../api/queries.ts'
import { endSession } from '../../../api/session-end.ts'
import type { AuditQuery } from '../filter/filter-query.ts'
import type { Entry } from './collapse.ts'
import { followEvents, type Gap } from './follow-events.ts'

export interface LiveTail {
  readonly state: 'off' | 'connecting' | 'following' | 'lost' | 'denied'
  /** Why the connection was lost or denied. */
  readonly error: Error | null
  /** Events that arrived and are not yet taken, newest first. */
  readonly fresh: readonly Entry[]
  /** The newest gaps in the log. */
  readonly gaps: readonly Gap[]
  /** Empties `fresh`. */
  take(): void
}

/** More new events than these are not kept. The list is loaded anew instead. */
export const maxFresh = 1_000

const maxGaps = 5

/** Follows the log while it is on. @param onOpen called when a connection is open that starts now */
export function useLiveTail(query: AuditQuery | null, isOn: boolean, onOpen: () => void): LiveTail {
  const me = useMe()
  const [fresh, setFresh] = useState<readonly Entry[]>([])
  const [gaps, setGaps] = useState<readonly Gap[]>([])
  const [connection, setConnection] = useState<Pick<LiveTail, 'state' | 'error'>>({ state: 'off', error: null })
  const opened = useRef(onOpen)
  opened.current = onOpen
  const key = isOn && query !== null ? JSON.stringify(withoutTimes(query)) : null
  useEffect(() => {
    setFresh([])
    setGaps([])
    if (key === null) return setConnection({ state: 'off', error: null })
    const controller = new AbortController()
    const followed = JSON.parse(key) as AuditQuery
    setConnection({ state: 'connecting', error: null })
    followEvents({
      query: followed,
      signal: controller.signal,
      onOpen(isResumed) {
        setConnection({ state: 'following', error: null })
        if (!isResumed) opened.current()
      },
      onGap: (gap) => setGaps((before) => [...before, gap].slice(-maxGaps)),
      onEvent(entry) {
        // What the person reads here is recorded too, and would announce itself.
        if (isOwnRead(entry, me.id) && followed.kind !== 'audit.read') return
        setFresh((before) => (before.length < maxFresh ? [entry, ...before] : before))
      },
      onLost: (error) => setConnection({ state: 'lost', error }),
      wait,
    }).catch((error: Error) => {
      setConnection({ state: 'denied', error })
      if (error instanceof ApiError && error.status === 401) endSession(error)
    })
    return () => controller.abort()
  }, [key, me.id])
  return { ...connection, fresh, gaps, take: () => setFresh([]) }
}

/** New events come from now on. The times of a range change with each reload, which must not connect again. */
function withoutTimes({ from: _from, to: _to, ...query }: AuditQuery): AuditQuery {
  return query
}

function isOwnRead({ event }: Entry, id: string): boolean {
  return event.kind === 'audit.read' && event.principal?.id === id
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
