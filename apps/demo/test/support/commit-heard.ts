import type { System } from './system.ts'

/** The next change of identities, heard of when it is committed, as gateways hear of it. */
export interface CommitHeard {
  /** Milliseconds from the commit until now. Waits for a commit that wasn't heard of yet, and so fails without one. */
  elapsed(): Promise<number>
}

/** Listens from now on, by a connection of its own. What a call takes before and after its commit doesn't count. */
export async function commitHeard({ sql }: Pick<System, 'sql'>): Promise<CommitHeard> {
  let hear = (_at: number) => {}
  const committed = new Promise<number>((resolve) => {
    hear = resolve
  })
  const { unlisten } = await sql.listen('gateway_revision', () => hear(performance.now()))
  return {
    async elapsed() {
      const now = performance.now()
      const at = await committed
      await unlisten()
      return Math.max(0, now - at)
    },
  }
}
