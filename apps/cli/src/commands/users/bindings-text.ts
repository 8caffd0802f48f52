import type { Invitation } from '@rack-gateway/gateway-api'
import { bindingText } from '../../output/binding-text.ts'

/** The roles of an invitation: `ops on staging/*, viewer on production/web`. */
export function bindingsText(bindings: Invitation['bindings']): string {
  return bindings.map((binding) => bindingText({ ...binding, permissions: null })).join(', ')
}
