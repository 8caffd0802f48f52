import type { Decisions } from '@rack-gateway/gateway-api'
import { VisibleText } from '../text/visible-text.tsx'
import { RuleLink } from './rule-link.tsx'
import { WayOnward } from './way-onward.tsx'

interface DeniedCallProps {
  readonly decision: Decisions['decisions'][number]['decision']
  readonly rack?: string
  readonly app?: string
}

/** A call that the gateway would deny, and that the page therefore does not make. */
export function DeniedCall({ decision, rack, app }: DeniedCallProps) {
  const { rule, reason } = decision
  return (
    <section className="stack-2" aria-label="Why this page is empty">
      <VisibleText as="p">{reason}</VisibleText>
      <WayOnward facts={decision} rack={rack} app={app} />
      <p className="hint">
        Rule{' '}
        <RuleLink facts={decision}>
          <VisibleText as="code">{rule}</VisibleText>
        </RuleLink>
      </p>
    </section>
  )
}
