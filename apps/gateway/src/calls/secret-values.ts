import { containsSecret, redactRackToken, unprefixedName } from '@rack-gateway/convox-api'
import type { Policy } from '@rack-gateway/rbac-policy'

/** Whether the values of a parameter are secrets by its name. */
export function isSecretName({ isSecretParameter }: Pick<Policy, 'isSecretParameter'>, name: string): boolean {
  return isSecretParameter(name) || isSecretParameter(unprefixedName(name))
}

/** Whether a value looks like a secret, or contains the token of the rack. @param rackToken null for an unknown rack */
export function isSecretText(value: string, rackToken: string | null): boolean {
  return containsSecret(value) || (rackToken !== null && redactRackToken(value, rackToken) !== value)
}
