import type { Objection } from './types.ts'

const rulePattern = /^[a-z][a-z0-9-]{0,39}$/
const longestSentence = 500

/**
 * Parses the result of a package as untrusted input; null: no objection.
 *
 * @throws NotAVerdict for anything that isn't one: an unclear answer must not let a call pass
 */
export function readVerdict(answer: unknown): Objection | null {
  if (answer === null || answer === undefined) return null
  if (typeof answer !== 'object') throw new NotAVerdict(`it returned a ${typeof answer}`)
  const { effect, requirement, rule, reason, next } = answer as Record<string, unknown>
  const said = { rule: ruleOf(rule), reason: sentence('reason', reason), next: sentence('next', next) }
  if (effect === 'deny') return { effect, ...said }
  if (effect !== 'needs')
    throw new NotAVerdict('its effect is neither "deny" nor "needs"; for no objection, it returns null')
  if (requirement !== 'step-up' && requirement !== 'approval')
    throw new NotAVerdict('its requirement is neither "step-up" nor "approval"')
  return { effect, requirement, ...said }
}

/** For the operator and tests; callers don't see it. */
export class NotAVerdict extends Error {}

function ruleOf(rule: unknown): string {
  if (typeof rule === 'string' && rulePattern.test(rule)) return rule
  throw new NotAVerdict('its rule is not 1 to 40 lower-case letters, digits and dashes')
}

/** One line without control characters and percent signs, because the stock CLI prints an error as a format string. */
function sentence(name: string, text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') throw new NotAVerdict(`its ${name} is not a sentence`)
  const clean = text
    .slice(0, longestSentence)
    .replaceAll('%', ' percent')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > longestSentence ? `${clean}…` : clean
}
