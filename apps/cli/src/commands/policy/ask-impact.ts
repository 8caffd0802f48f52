import { type Static, Type } from 'typebox'
import { type Asker, callGateway } from '../../gateway/gateway-api.ts'
import { Nullable } from '../../nullable.ts'

const Change = Type.Object({
  effect: Type.Union([Type.Literal('permits'), Type.Literal('refuses')]),
  principal: Type.Object({ kind: Type.String(), name: Type.String() }),
  route: Type.String(),
  rack: Type.String(),
  app: Nullable(Type.String()),
  command: Nullable(Type.String()),
  rule: Type.String(),
  reason: Type.String(),
  count: Type.Integer(),
  last: Type.String(),
})
export type ImpactChange = Static<typeof Change>

export const Impact = Type.Object({
  policy: Type.String(),
  proposed: Type.String(),
  since: Type.String(),
  until: Type.String(),
  calls: Type.Integer(),
  unclear: Type.Integer(),
  packages: Type.Integer(),
  permitted: Type.Integer(),
  refused: Type.Integer(),
  cut: Nullable(Type.Object({ by: Type.Union([Type.Literal('time'), Type.Literal('number')]), from: Type.String() })),
  changes: Type.Array(Change),
  more: Type.Integer(),
})
export type Impact = Static<typeof Impact>

/** Longer than the gateway takes at most. */
const deadline = 120_000

/** Asks the gateway what a document would change of what was done. @throws what asking it throws */
export function askImpact(
  target: Asker,
  asked: { readonly document: string; readonly since: string },
): Promise<Impact> {
  return callGateway(target, { path: '/policy/impact', body: asked, answer: Impact, deadline })
}
