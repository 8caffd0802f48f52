import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'
import { safeJson } from './safe-json.ts'
import { type NarrowTable, table } from './table.ts'

/** Prints only the fields that the schema has, because other fields are not documented. */
export function printJson<S extends TSchema>(context: Context, schema: S, value: Static<S>): void {
  context.print(safeJson(Value.Clean(schema, Value.Clone(value)), 2))
}

export function printJsonList<S extends TSchema>(context: Context, schema: S, items: Static<S>[]): void {
  printJson(context, Type.Array(schema), items)
}

export function printTable(
  context: Context,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  emptyText: string,
  narrow: NarrowTable = {},
): void {
  if (rows.length === 0) context.note(emptyText)
  else for (const line of table(context, headings, rows, narrow)) context.print(line)
}

interface PageFormat<T> {
  cellsOf(item: T): string[]
  readonly emptyText: string
  readonly narrow?: NarrowTable
}

/** @param page its `next` is the cursor of the next page */
export function printPage<T>(
  context: Context,
  headings: readonly string[],
  { items, next }: { readonly items: readonly T[]; readonly next: string | null },
  { cellsOf, emptyText, narrow }: PageFormat<T>,
): void {
  printTable(context, headings, items.map(cellsOf), emptyText, narrow)
  if (items.length > 0 && next !== null)
    context.note(`There are more. To see them, pass --cursor ${next.replace(/[^\w-]/g, '')}`)
}

/** Leaves empty values out. */
export function printFields(context: Context, fields: readonly (readonly [name: string, value: string])[]): void {
  const shown = fields.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  for (const [name, value] of shown) context.print(`${name.padEnd(width)}  ${printable(value)}`)
}
