import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from '../context.ts'
import { safeJson } from './safe-json.ts'
import { table } from './table.ts'
import { printable } from './terminal.ts'

/** Prints what the schema names of a value, and nothing else: what is documented is what comes. */
export function printJson<S extends TSchema>(context: Context, schema: S, value: Static<S>): void {
  context.print(safeJson(Value.Clean(schema, Value.Clone(value)), 2))
}

export function printTable(
  context: Context,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  if (rows.length === 0) context.note(none)
  else for (const line of table(context, headings, rows)) context.print(line)
}

/** Names and values of one thing, a line each. */
export function printFields(context: Context, fields: readonly (readonly [name: string, value: string])[]): void {
  const said = fields.filter(([, value]) => value !== '')
  const width = Math.max(...said.map(([name]) => name.length))
  for (const [name, value] of said) context.print(`${name.padEnd(width)}  ${printable(value)}`)
}
