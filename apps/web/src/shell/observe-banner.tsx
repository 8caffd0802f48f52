import { Link } from '@tanstack/react-router'
import { Eye } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useMe } from '../api/queries.ts'
import { canOpenTab } from '../pages/policy/policy-actions.ts'
import { useIsFuture } from '../ui/observe-mode/use-is-future.ts'
import { announce } from '../ui/status/announce.tsx'
import { VisibleText } from '../ui/text/visible-text.tsx'
import { Time } from '../ui/time/time.tsx'
import styles from './observe-banner.module.css'

/** Says on every page that the policy is not enforced on some racks. It ends by itself, and nobody can close it. */
export function ObserveBanner() {
  const me = useMe()
  const { observing = {} } = me
  // One setting of the operator ends observe mode on all racks.
  const until = Object.values(observing)[0]?.until
  const isObserving = useIsFuture(until)
  useAnnouncedEnd(isObserving)
  if (!isObserving || until === undefined) return null
  const canSeeReport = canOpenTab(me, 'would-be')
  return (
    <section className={styles.banner} aria-label="Observe mode">
      <Eye aria-hidden size={16} />
      <p>
        <strong>
          Observe mode on <VisibleText>{rackNames(Object.keys(observing), me.racks.length)}</VisibleText> until{' '}
          <Time at={until} kind="short" />.
        </strong>{' '}
        The policy is not enforced there: calls that it would deny are allowed.
      </p>
      {canSeeReport ? (
        <Link to="/policy" search={{ tab: 'would-be' }} preload={false}>
          See what would be denied
        </Link>
      ) : (
        <Link to="/policy" search={{ tab: 'decision' }} preload={false}>
          Ask what the policy allows
        </Link>
      )}
    </section>
  )
}

/** For screen readers, because the banner disappears without an action of the person. */
function useAnnouncedEnd(isObserving: boolean): void {
  const wasObserving = useRef(isObserving)
  useEffect(() => {
    if (wasObserving.current && !isObserving) announce('Observe mode ended. The policy is enforced.')
    wasObserving.current = isObserving
  }, [isObserving])
}

const maxNames = 3

/** @param all how many racks the person can use */
export function rackNames(observed: readonly string[], all: number): string {
  const names = observed.toSorted()
  if (names.length <= maxNames) return listed(names)
  if (names.length === all) return `all your ${all} racks`
  return `${names.slice(0, maxNames).join(', ')}, and ${counted(names.length - maxNames)}`
}

function counted(more: number): string {
  return `${more} more ${more === 1 ? 'rack' : 'racks'}`
}

/** Such as `eu, production, and staging`. */
function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}
