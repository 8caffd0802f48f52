import type { Objection } from './types.ts'

const rulePattern = /^[a-z][a-z0-9-]{0,39}$/
const maxSentence = 500

/**
 * Parses the result of a package as untrusted input; null: no objection.
 *
 * @throws InvalidResult for any other value, because an unclear result must not allow a call
 */
export function readResult(result: unknown): Objection | null {
  if (result === null || result === undefined) return null
  if (typeof result !== 'object') throw new InvalidResult(`it returned a ${typeof result}`)
  const { effect, requirement, request, rule, reason, next } = result as Record<string, unknown>
  const explanation = { rule: ruleOf(rule), reason: sentence('reason', reason), next: sentence('next', next) }
  if (effect === 'deny') return { effect, ...explanation }
  if (effect !== 'require')
    throw new InvalidResult('its effect is neither "deny" nor "require"; for no objection, it returns null')
  if (requirement === 'step-up') return { effect, requirement, ...explanation }
  if (requirement === 'approval') return { effect, requirement, request: requestOf(request), ...explanation }
  throw new InvalidResult('its requirement is neither "step-up" nor "approval"')
}

/** For the operator and tests; callers don't see it. */
export class InvalidResult extends Error {}

function ruleOf(rule: unknown): string {
  if (typeof rule === 'string' && rulePattern.test(rule)) return rule
  throw new InvalidResult('its rule is not 1 to 40 lower-case letters, digits, and dashes, with a letter first')
}

/** An ID that no request rule has is valid here. Only the policy knows its rules. */
function requestOf(request: unknown): string {
  if (typeof request === 'string' && requestPattern.test(request)) return request
  throw new InvalidResult('it requires an approval, and its request is not the ID of a request rule')
}

const requestPattern = /^[a-z][a-z0-9-]{0,99}$/

/** One line without control characters and percent signs, because the stock CLI prints an error as a format string. */
function sentence(name: string, text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') throw new InvalidResult(`its ${name} is not a sentence`)
  const clean = text
    .slice(0, maxSentence)
    .replaceAll('%', ' percent')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > maxSentence ? `${clean}…` : clean
}
