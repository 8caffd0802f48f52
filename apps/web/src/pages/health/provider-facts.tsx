import type { Health } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/badge.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'
import { HealthFacts } from './health-facts.tsx'

export function ProviderFacts({ provider }: { readonly provider: Health['identityProvider'] }) {
  if (provider === null) return <p>No identity provider is configured, so nobody can log in with a browser.</p>
  const { issuer, reachable, why } = provider
  return (
    <HealthFacts
      facts={[
        [
          'State',
          <Badge key="state" tone={reachable ? 'allow' : 'deny'}>
            {reachable ? 'Reachable' : 'Not usable'}
          </Badge>,
        ],
        ...(why === null ? [] : [['Why', <VisibleText key="why">{why}</VisibleText>] as const]),
        ['Issuer', <VisibleText key="issuer">{issuer}</VisibleText>],
      ]}
    />
  )
}
