import { useEffect, useState } from 'react'

/** In milliseconds. Longer, and a person would wait for the slowest rack. */
const maxWait = 1_000

/**
 * Whether the rows of several racks can be shown: when all racks have answered, or after a second. Rows that came
 * one rack after another would move those that the person already reads.
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
