/** If pauses are skipped, the player shows only this many milliseconds of each pause. */
const idleLimit = 2_000

export interface Pace {
  readonly speed: number
  /** The pause to shorten; null: shorten no pause. */
  readonly pause: { readonly from: number; readonly to: number } | null
}

/** All times are in milliseconds. @returns the new position */
export function advance(position: number, elapsed: number, { speed, pause }: Pace): number {
  const next = position + elapsed * speed
  if (pause === null || next < pause.from + idleLimit || next >= pause.to) return next
  return pause.to
}
