import { useIsFetching, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

/** In milliseconds. Longer, and a person would wait for the slowest answer. */
const maxWait = 1_000

/**
 * Whether the answers of several calls can be shown: when all have come, or after a second. Answers that are shown one
 * after another would move those that the person already reads.
 */
export function useGathered(isLoading: boolean): boolean {
  const [isGathered, setGathered] = useState(!isLoading)
  if (!isLoading && !isGathered) setGathered(true)
  useEffect(() => {
    const timer = setTimeout(() => setGathered(true), maxWait)
    return () => clearTimeout(timer)
  }, [])
  return isGathered
}

/** The same for all calls of the page, also those that components below this one begin. */
export function useAllGathered(): boolean {
  const client = useQueryClient()
  const fetching = useIsFetching()
  const [isLoading, setLoading] = useState(true)
  // The effects of the components below run first, and begin their calls. `fetching` does not count those yet.
  useEffect(() => {
    if (fetching === 0 && client.isFetching() === 0) setLoading(false)
  }, [client, fetching])
  return useGathered(isLoading)
}
