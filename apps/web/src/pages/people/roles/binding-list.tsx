import type { Binding } from '@rack-gateway/gateway-api'
import type { ReactNode } from 'react'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'

type AnyBinding = Pick<Binding, 'role' | 'racks' | 'apps' | 'expiresAt'> & {
  readonly permissions?: readonly string[] | null
  readonly reason?: string | null
}

export function BindingText({ binding }: { readonly binding: AnyBinding }) {
  const { role, permissions, expiresAt, reason } = binding
  return (
    <>
      <VisibleText as="strong">{permissions?.join(', ') ?? role}</VisibleText> on{' '}
      <VisibleText>{scopeText(binding)}</VisibleText>
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

interface BindingListProps<G extends AnyBinding> {
  readonly bindings: readonly G[]
  readonly keyOf: (binding: G) => string
  readonly empty: string
  readonly actionOf?: (binding: G) => ReactNode
}

export function BindingList<G extends AnyBinding>({ bindings, keyOf, empty, actionOf }: BindingListProps<G>) {
  if (bindings.length === 0) return <p className="soft">{empty}</p>
  return (
    <Stack as="ul" gap={1}>
      {bindings.map((binding) => (
        <Row as="li" justify="between" key={keyOf(binding)}>
          <span>
            <BindingText binding={binding} />
          </span>
          {actionOf?.(binding)}
        </Row>
      ))}
    </Stack>
  )
}
