import { invalid } from '../../errors/errors.ts'

/** Scenarios of all planned calls of one request. One call can have thousands, if the policy names many services. */
const maxScenarios = 20_000

/**
 * Returns a function that passes on the scenarios of a planned call. The first call of a request is always decided, so
 * that a request with one call never fails.
 */
export function createScenarioLimit(max = maxScenarios) {
  let calls = 0
  let scenarios = 0
  return function* limited<T>(ofCall: Iterable<T>): Generator<T, void> {
    calls += 1
    for (const scenario of ofCall) {
      scenarios += 1
      if (calls > 1 && scenarios > max) throw tooManyScenarios()
      yield scenario
    }
  }
}

/** @returns InvalidRequest */
function tooManyScenarios(): Error {
  return invalid(
    'The decisions depend on too many facts of the rack, because the policy names many services.',
    'Send fewer planned calls in one request.',
  )
}
