import type { EventDraft } from '@rack-gateway/audit'
import type { ObserveMode } from '@rack-gateway/config'
import fp from 'fastify-plugin'

/** The racks of this process on which the policy is not enforced yet. */
export interface ObservedRacks {
  /** Names of the racks that are in observe mode now. */
  racks(): readonly string[]
  observes(rack: string, at: number): boolean
  /** Null if the policy is enforced on the rack. */
  of(rack: string): { readonly until: string } | null
  /** Null if the process was started without observe mode. */
  readonly configured: ObserveMode | null
}

declare module 'fastify' {
  interface FastifyInstance {
    observeMode: ObservedRacks
  }
}

export default fp<{ readonly observing: ObserveMode | null }>(
  async function observeMode(app, { observing: configured }) {
    const names = new Set(configured?.racks)
    const until = configured?.until ?? 0
    const end = Object.freeze({ until: new Date(until).toISOString() })
    let isOver = false
    /** Once observe mode has ended, a clock that is set back does not begin it again. */
    function isObserving(at: number): boolean {
      isOver ||= app.clock.now() >= until
      return !isOver && at < until
    }
    const observes = (rack: string, at: number) => names.has(rack) && isObserving(at)
    app.decorate('observeMode', {
      racks: () => (isObserving(app.clock.now()) ? [...names] : []),
      observes,
      of: (rack) => (observes(rack, app.clock.now()) ? end : null),
      configured,
    })
  },
  { name: 'observe-mode', dependencies: ['clock'] },
)

type Detail = NonNullable<EventDraft['detail']>

/** What events say about the mode of a process. */
export function modeDetail(observing: ObserveMode | null, now: number): Detail {
  if (observing === null || now >= observing.until) return { policyMode: 'enforce' }
  const { racks, until } = observing
  return { policyMode: 'observe', observedRacks: racks.join(' '), observeUntil: new Date(until).toISOString() }
}

/** The mode that a process recorded at its start, in words, as it is now. Equal for processes with equal modes. */
export function recordedMode({ policyMode, observedRacks, observeUntil }: Detail, now: number): string {
  const isObserving = policyMode === 'observe' && now < Date.parse(String(observeUntil))
  return isObserving ? `observe ${observedRacks} until ${observeUntil}` : 'enforce'
}
