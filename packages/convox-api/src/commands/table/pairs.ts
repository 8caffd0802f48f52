import type { Invocation } from '../invocation.ts'

/** Why convox would refuse arguments that are to be `Key=Value`. */
export function noPairs(from: number): (invocation: Invocation) => string | null {
  return ({ args }) => (args.slice(from).every((arg) => arg.includes('=')) ? null : 'an argument of it is no Key=Value')
}
