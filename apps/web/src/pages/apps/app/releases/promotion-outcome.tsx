import type { App } from '../../../../api/rack-data/readers.ts'
import { ItemLink } from '../item-link.tsx'
import type { Promotion } from './use-promotion.ts'

interface PromotionOutcomeProps {
  readonly promotion: Promotion
  readonly app: App
}

export function PromotionOutcome({ promotion, app }: PromotionOutcomeProps) {
  const { targetId: id, isSuccess, isOutcomeKnown } = promotion
  if (!isSuccess || id === null) return null
  const release = <ItemLink tab="releases" id={id} />
  if (!isOutcomeKnown)
    return <p role="status">The rack accepted the promotion of {release}. Refresh to see whether it runs.</p>
  if (app.release !== id && app.status !== 'updating')
    return (
      <p role="status">The app runs another release. If {release} failed to start, the logs of the app show why.</p>
    )
  if (app.status === 'updating')
    return <p role="status">The rack is rolling out {release}. Refresh to see its progress.</p>
  return <p role="status">{release} runs now.</p>
}
