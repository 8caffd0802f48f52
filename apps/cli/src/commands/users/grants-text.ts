import type { Invitation } from '@rack-gateway/gateway-api'
import { grantText } from '../../output/grant-text.ts'

/** The roles of an invitation: `ops on staging/*, viewer on production/web`. */
export function grantsText(grants: Invitation['grants']): string {
  return grants.map((grant) => grantText({ ...grant, permissions: null })).join(', ')
}
