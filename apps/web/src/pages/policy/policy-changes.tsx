import type { PolicyCheck } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'
import styles from './proposal.module.css'

const effects = [
  { effect: 'permits', title: 'Newly permitted', tone: 'allow' },
  { effect: 'refuses', title: 'Newly denied', tone: 'deny' },
  { effect: 'changes', title: 'Changed', tone: 'warn' },
] as const

/** The changes are differences in meaning, not in text. */
export function PolicyChanges({ check: { changes, more } }: { readonly check: PolicyCheck }) {
  return (
    <Card title="Differences from the policy in force">
      {changes.length === 0 && <p>This document has the same effect as the one in force.</p>}
      {effects.map(({ effect, title, tone }) => {
        const found = changes.filter((change) => change.effect === effect)
        if (found.length === 0) return null
        return (
          <section key={effect} className={styles.group}>
            <h3>
              <Badge tone={tone}>{title}</Badge>
            </h3>
            <ul className={styles.list}>
              {found.map(({ role, what }) => (
                <li key={`${role} ${what}`}>
                  <strong>{role === null ? 'everyone' : <VisibleText>{role}</VisibleText>}</strong>{' '}
                  <VisibleText>{what}</VisibleText>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
      {more > 0 && <p>Further differences: {more}. The command rack-gateway policy diff prints all of them.</p>}
    </Card>
  )
}
