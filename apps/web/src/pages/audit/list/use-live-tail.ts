import { useEffect, useRef, useState } from 'react'
import { useMe } from '../../../api/queries.ts'
import { showSessionEndOn401 } from '../../../api/session-end.ts'
import type { AuditQuery } from '../filter/filter-query.ts'
import type { Entry } from './collapse.ts'
import { followEvents, type Gap } from './follow-events.ts'

export interface LiveTail {
  readonly state: 'off' | 'connecting' | 'following' | 'lost' | 'denied'
  /** Why the connection was lost or denied. */
  readonly error: Error | null
  /** The first `maxNewEntries` events that arrived since the last `clear`, newest first. */
  readonly newEntries: readonly Entry[]
  /** The newest gaps in the log. */
  readonly gaps: readonly Gap[]
  /** Empties `newEntries`. */
  clear(): void
}

/** If more new events arrive, the whole list is loaded again instead. */
export const maxNewEntries = 1_000

const maxGaps = 5

/** @param onOpen called when the stream of events begins, but not when it continues after a lost connection */
export function useLiveTail(query: AuditQuery | null, isOn: boolean, onOpen: () => void): LiveTail {
  const me = useMe()
  const [newEntries, setNewEntries] = useState<readonly Entry[]>([])
  const [gaps, setGaps] = useState<readonly Gap[]>([])
  const [connection, setConnection] = useState<Pick<LiveTail, 'state' | 'error'>>({ state: 'off', error: null })
  const onOpenRef = useRef(onOpen)
  onOpenRef.current = onOpen
  const key = isOn && query !== null ? JSON.stringify(withoutTimes(query)) : null
  useEffect(() => {
    setNewEntries([])
    setGaps([])
    if (key === null) return setConnection({ state: 'off', error: null })
    const controller = new AbortController()
    const streamQuery = JSON.parse(key) as AuditQuery
    setConnection({ state: 'connecting', error: null })
    followEvents({
      query: streamQuery,
      signal: controller.signal,
      onOpen(isResumed) {
        setConnection({ state: 'following', error: null })
        if (!isResumed) onOpenRef.current()
      },
      onGap: (gap) => setGaps((before) => [...before, gap].slice(-maxGaps)),
      onEvent(entry) {
        // The reads of this page are also events. They are shown as new only if the filter asks for them.
        if (isOwnRead(entry, me.id) && streamQuery.kind !== 'audit.read') return
        setNewEntries((before) => (before.length < maxNewEntries ? [entry, ...before] : before))
      },
      onLost: (error) => setConnection({ state: 'lost', error }),
      wait,
    }).catch((error: Error) => {
      setConnection({ state: 'denied', error })
      showSessionEndOn401(error)
    })
    return () => controller.abort()
  }, [key, me.id])
  return { ...connection, newEntries, gaps, clear: () => setNewEntries([]) }
}

/** Each reload changes the times of the list, but must not open a new stream. */
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
