import { useEffect, useState } from 'react'
import { ApiError } from '../api/errors.ts'
import { timeOfDay } from '../ui/time.tsx'
import { useTimeZone } from '../ui/time-zone.ts'

/** The time of day at which another attempt is accepted; null: now. */
export function useRetryAfter(error: Error | null): string | null {
  const zone = useTimeZone()
  const [until, setUntil] = useState<number | null>(null)
  useEffect(() => {
    const retryAfter = error instanceof ApiError ? error.retryAfter : null
    if (retryAfter === null) return setUntil(null)
    setUntil(Date.now() + retryAfter)
    const timer = setTimeout(() => setUntil(null), retryAfter)
    return () => clearTimeout(timer)
  }, [error])
  return until === null ? null : timeOfDay(until, zone, 'seconds')
}
