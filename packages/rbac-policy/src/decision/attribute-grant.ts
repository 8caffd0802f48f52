import type { DecidingGrant, GrantedDecision } from '../model/types.ts'

/** The decision with the grant on which it depends. A grant is no binding, so its ID is not among the bindings. */
export function attributeToGrant(decision: GrantedDecision, grant: DecidingGrant): GrantedDecision {
  const attributed = { grant, bindings: Object.freeze(decision.bindings.filter((id) => id !== grant.id)) }
  return decision.effect === 'allow'
    ? { ...decision, ...attributed }
    : { ...decision, ...attributed, granted: { ...decision.granted, ...attributed } }
}
