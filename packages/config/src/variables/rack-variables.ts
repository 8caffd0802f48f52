import { hasPrefix, type NamedKind } from './named-variables.ts'

export const rackPrefixes = [
  'POLICY_MODE_',
  'RACK_CA_',
  'RACK_TLS_INSECURE_',
  'RACK_TLS_PIN_',
  'RACK_TOKEN_',
  'RACK_URL_',
] as const

export const rackKind: NamedKind = { prefixes: rackPrefixes, noun: 'rack', example: 'STAGING' }

export function isRackVariable(variable: string): boolean {
  return hasPrefix(rackKind, variable)
}
