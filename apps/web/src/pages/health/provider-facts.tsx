import type { Health } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/badge.tsx'
import { Facts } from '../../ui/facts.tsx'

export function ProviderFacts({ provider }: { readonly provider: Health['identityProvider'] }) {
  if (provider === null) return <p>No identity provider is configured, so nobody can log in with a browser.</p>
  const { issuer, reachable, why } = provider
  return (
    <Facts
      isWide
      facts={[
        [
          'State',
          <Badge key="state" tone={reachable ? 'allow' : 'deny'}>
            {reachable ? 'Reachable' : 'Not usable'}
          </Badge>,
        ],
        why === null ? null : ['Why', why],
        ['Issuer', issuer],
      ]}
    />
  )
}
