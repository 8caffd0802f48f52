import type { Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'

const actions = [
  { tab: 'matrix', label: 'Show roles and permissions', permission: null },
  { tab: 'decision', label: 'Ask whether a person can do something', permission: null },
  { tab: 'proposal', label: 'Check a proposed policy document', permission: 'gateway:policy:read' },
] as const

/** Tabs of the policy page that the person can open from the command palette. */
export function policyActions(me: Me) {
  return actions.filter(({ permission }) => permission === null || can(me, permission))
}
