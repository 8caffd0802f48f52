import type { Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'
import type { PolicyTab } from './address/policy-search.ts'

const actions = [
  { tab: 'matrix', label: 'Show roles and permissions' },
  { tab: 'decision', label: 'Ask whether a person can do something' },
  { tab: 'proposal', label: 'Check a proposed policy document' },
  { tab: 'would-be', label: 'See what the policy would deny if it were enforced' },
] as const

/** Tabs of the policy page that the person can open from the command palette. */
export function policyActions(me: Me) {
  return actions.filter(({ tab }) => canOpenTab(me, tab))
}

/** The permissions that the calls of the tab need. */
const permissions: Readonly<Partial<Record<PolicyTab, readonly string[]>>> = {
  proposal: ['gateway:policy:read'],
  'would-be': ['gateway:audit:read', 'gateway:policy:read'],
}

export function canOpenTab(me: Pick<Me, 'permissions'>, tab: PolicyTab): boolean {
  return permissions[tab]?.every((permission) => can(me, permission)) ?? true
}
