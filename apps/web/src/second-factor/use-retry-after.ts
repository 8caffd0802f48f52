import { useEffect, useState } from 'react'
import { ApiError } from '../api/errors.ts'
import { relativeTime } from '../ui/time.tsx'

/** When another attempt is accepted, such as `in 30 sec.`; null: now. */
export function useRetryAfter(error: Error | null): string | null {
  const [waiting, setWaiting] = useState<{ readonly until: number; readonly now: number } | null>(null)
  useEffect(() => {
    const retryAfter = error instanceof ApiError ? error.retryAfter : null
    if (retryAfter === null) return setWaiting(null)
    const until = Date.now() + retryAfter
    const tick = () => setWaiting(Date.now() < until ? { until, now: Date.now() } : null)
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [error])
  return waiting === null ? null : relativeTime(waiting.until, waiting.now)
}
