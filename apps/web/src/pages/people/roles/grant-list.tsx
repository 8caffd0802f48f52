import type { Binding } from '@rack-gateway/gateway-api'
import type { ReactNode } from 'react'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import styles from './grant-list.module.css'

type AnyGrant = Pick<Binding, 'role' | 'racks' | 'apps' | 'expiresAt'> & {
  readonly permissions?: readonly string[] | null
  readonly reason?: string | null
}

export function GrantText({ grant }: { readonly grant: AnyGrant }) {
  const { role, permissions, expiresAt, reason } = grant
  return (
    <>
      <VisibleText as="strong">{permissions?.join(', ') ?? role}</VisibleText> on{' '}
      <VisibleText>{scopeText(grant)}</VisibleText>
      {expiresAt !== null && (
        <>
          , until <Time at={expiresAt} />
        </>
      )}
      {reason != null && (
        <>
          {': '}
          <span className="soft">
            <VisibleText>{reason}</VisibleText>
          </span>
        </>
      )}
    </>
  )
}

interface GrantListProps<G extends AnyGrant> {
  readonly grants: readonly G[]
  readonly keyOf: (grant: G) => string
  readonly empty: string
  readonly actionOf?: (grant: G) => ReactNode
}

export function GrantList<G extends AnyGrant>({ grants, keyOf, empty, actionOf }: GrantListProps<G>) {
  if (grants.length === 0) return <p className="soft">{empty}</p>
  return (
    <ul className={styles.list}>
      {grants.map((grant) => (
        <li key={keyOf(grant)}>
          <span>
            <GrantText grant={grant} />
          </span>
          {actionOf?.(grant)}
        </li>
      ))}
    </ul>
  )
}
