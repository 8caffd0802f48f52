import { factorKindName } from '../../../second-factor/method-names.ts'
import { Badge } from '../../../ui/badge.tsx'

/** Such as `Passkey, authenticator app`. */
export function FactorKinds({ kinds }: { readonly kinds: readonly string[] }) {
  if (kinds.length === 0) return <Badge tone="neutral">None</Badge>
  const [first = '', ...others] = [...new Set(kinds)].map(factorKindName)
  return [first, ...others.map((name) => name.toLowerCase())].join(', ')
}
