import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from '../context.ts'
import { safeJson } from './safe-json.ts'
import { table } from './table.ts'
import { printable } from './terminal.ts'

/** Prints only the fields that the schema has, because other fields are not documented. */
export function printJson<S extends TSchema>(context: Context, schema: S, value: Static<S>): void {
  context.print(safeJson(Value.Clean(schema, Value.Clone(value)), 2))
}

export function printTable(
  context: Context,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  emptyText: string,
): void {
  if (rows.length === 0) context.note(emptyText)
  else for (const line of table(context, headings, rows)) context.print(line)
}

/** Leaves empty values out. */
export function printFields(context: Context, fields: readonly (readonly [name: string, value: string])[]): void {
  const shown = fields.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  for (const [name, value] of shown) context.print(`${name.padEnd(width)}  ${printable(value)}`)
}
