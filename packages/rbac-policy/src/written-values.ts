import { type Static, Type } from 'typebox'
import type { ValueRule } from './recorded-values.ts'

const closed = { additionalProperties: false } as const
const listOf = (description: string) =>
  Type.Array(Type.String({ description: 'a text' }), { minItems: 1, description: `a list of ${description}` })

const WrittenValueRule = Type.Object(
  {
    parameters: listOf('patterns of names of parameters, such as [count, cpu*, parameters.node_type]'),
    routes: Type.Optional(listOf('routes')),
    permissions: Type.Optional(listOf('permissions, such as [service:scale, release:*]')),
    racks: Type.Optional(listOf('rack patterns, such as [staging*]')),
    apps: Type.Optional(listOf('app patterns')),
  },
  { ...closed, description: 'a value rule: parameters, and what narrows it' },
)

/** The section `audit` of a policy document. */
export const WrittenAudit = Type.Object(
  { values: Type.Record(Type.String(), WrittenValueRule, { description: 'value rules by id' }) },
  { ...closed, description: 'values' },
)
export type WrittenAudit = Static<typeof WrittenAudit>

export function valueRules(
  { values }: WrittenAudit,
  lineOf: (path: readonly (string | number)[]) => string,
): ValueRule[] {
  return Object.entries(values).map(([id, rule]) => ({ id, ...rule, source: lineOf(['audit', 'values', id]) }))
}
