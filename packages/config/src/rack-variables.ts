import { collectNamed, hasPrefix, type NamedKind, type NamedVariables } from './named-variables.ts'

export const rackPrefixes = ['RACK_CA_', 'RACK_TLS_INSECURE_', 'RACK_TLS_PIN_', 'RACK_TOKEN_', 'RACK_URL_'] as const

const racks: NamedKind = { prefixes: rackPrefixes, noun: 'rack', example: 'STAGING' }

/** Whether a name in the environment is one of a rack's variables. */
export function isRackVariable(variable: string): boolean {
  return hasPrefix(racks, variable)
}

/** By the rack's name. What names no rack, or one twice, is added to `problems`. */
export function collectRackVariables(env: NodeJS.ProcessEnv, problems: string[]): Map<string, NamedVariables> {
  return collectNamed(racks, env, problems)
}

/** The rack's name as a variable spells it. */
export function suffixOf(variable: string): string {
  const prefix = rackPrefixes.find((candidate) => variable.startsWith(candidate)) ?? ''
  return variable.slice(prefix.length)
}
