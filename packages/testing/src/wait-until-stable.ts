import { setTimeout as wait } from 'node:timers/promises'

/** Waits until a count is above 0 and has not changed for half a second. @returns the count */
export async function waitUntilStable(count: () => number): Promise<number> {
  let last = 0
  for (let unchanged = 0; unchanged < 5; ) {
    await wait(100)
    const now = count()
    unchanged = now > 0 && now === last ? unchanged + 1 : 0
    last = now
  }
  return last
}
