import { Badge } from '../status/badge.tsx'

/** As decisions, events, and the report of observe mode have it. */
export type WouldBeEffect = 'deny' | 'require'

export const wouldBeWords: Readonly<Record<WouldBeEffect, string>> = {
  deny: 'Would be denied',
  require: 'Would need a proof',
}

/** The decision of the policy about a call that only observe mode allows. */
export function WouldBeBadge({ effect }: { readonly effect: WouldBeEffect }) {
  return <Badge tone="warn">{wouldBeWords[effect]}</Badge>
}
