import { nearest } from '@rack-gateway/errors/nearest'
import { InvalidPolicyPackage } from '../errors/errors.ts'
import type { PolicyDefinition, PolicyPackage } from './types.ts'

const defaultTimeout = 2_000
const minTimeout = 10
const maxTimeout = 10_000
const namePattern = /^[a-z][a-z0-9-]{0,39}$/
const members: ReadonlySet<string> = new Set(['name', 'evaluate', 'timeoutMs', 'register', 'close'])

/**
 * Checks the default export of a policy package.
 *
 * @example
 * export default definePolicy({
 *   name: 'no-friday-deploys',
 *   evaluate(call) {
 *     if (call.permission !== 'release:promote' || new Date(call.at).getUTCDay() !== 5) return null
 *     return { effect: 'deny', rule: 'friday', reason: 'Promotions are not allowed on Fridays.', next: 'Wait until Monday.' }
 *   },
 * })
 *
 * @throws InvalidPolicyPackage with all problems
 */
export function definePolicy(definition: PolicyDefinition): PolicyPackage {
  const problems = problemsOf(definition)
  if (problems.length > 0) throw new InvalidPolicyPackage(problems.join('; '))
  return Object.freeze({ ...definition, timeoutMs: definition.timeoutMs ?? defaultTimeout })
}

/** The definition can be anything, because packages in plain JavaScript have no type check. */
function problemsOf(definition: unknown): string[] {
  if (typeof definition !== 'object' || definition === null)
    return ['it should be an object with a name and a function evaluate']
  const { name, evaluate, timeoutMs, register, close } = definition as Record<string, unknown>
  return [
    ...(typeof name === 'string' && namePattern.test(name)
      ? []
      : ['its name should be 1 to 40 lower-case letters, digits, and dashes, and begin with a letter']),
    ...(typeof evaluate === 'function' ? [] : ['its evaluate should be a function']),
    ...(timeoutMs === undefined || isTimeout(timeoutMs)
      ? []
      : [`its timeoutMs should be a whole number from ${minTimeout} to ${maxTimeout}`]),
    ...(register === undefined || typeof register === 'function' ? [] : ['its register should be a function']),
    ...(close === undefined || typeof close === 'function' ? [] : ['its close should be a function']),
    ...Object.keys(definition)
      .filter((member) => !members.has(member))
      .map(unknownMember),
  ]
}

function unknownMember(member: string): string {
  const near = nearest(member.slice(0, 40), members)
  return `${JSON.stringify(member.slice(0, 40))} is not known here${near === null ? '' : `: did you mean ${near}?`}`
}

function isTimeout(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= minTimeout && Number(value) <= maxTimeout
}
