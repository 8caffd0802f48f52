import { type TObject, type TSchema, Type } from 'typebox'
import { type ColumnType, EventDraft, EventPosition, type FieldOptions } from './event.ts'
import { isUuid } from './uuid.ts'

export interface EventField extends FieldOptions {
  /** Such as `decision.rule`. */
  readonly path: string
  readonly isRequired: boolean
}

/** A column of `audit.events` that repeats a field, so that searches can use an index on that field. */
export interface EventColumn {
  readonly name: string
  readonly type: ColumnType
  readonly path: string
}

/** The fields of `EventPosition`, then of `EventDraft`, in schema order. An object precedes its fields. */
export const eventFields: readonly EventField[] = [...fieldsOf(EventPosition, ''), ...fieldsOf(EventDraft, '')]

export const positionColumns: readonly EventColumn[] = columnsIn(EventPosition)
export const draftColumns: readonly EventColumn[] = columnsIn(EventDraft)

/** The options that `event.ts` gave to a field. */
export function optionsOf(schema: TSchema): FieldOptions {
  return schema as TSchema & FieldOptions
}

function fieldsOf({ properties, required }: TObject, parent: string): EventField[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${parent}${name}`
    const { description, column, columnType, limit } = optionsOf(schema)
    const type = columnType ?? (Type.IsArray(schema) ? 'words' : 'text')
    const field = {
      path,
      description,
      isRequired: required?.includes(name) ?? false,
      ...(limit !== undefined && { limit }),
      ...(column !== undefined && { column, columnType: type }),
    }
    return Type.IsObject(schema) ? [field, ...fieldsOf(schema, `${path}.`)] : [field]
  })
}

function columnsIn(schema: TObject): EventColumn[] {
  return fieldsOf(schema, '').flatMap(({ path, column, columnType }) =>
    column === undefined || columnType === undefined ? [] : [{ name: column, type: columnType, path }],
  )
}

/** The text that a column stores for a value; empty for null, undefined, and a value that the type cannot store. */
export function columnText(type: ColumnType, value: unknown): string {
  switch (type) {
    case 'uuid': {
      const lower = typeof value === 'string' ? value.toLowerCase() : ''
      return isUuid(lower) ? lower : ''
    }
    case 'smallint':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 32_768 ? `${value}` : ''
    case 'words':
      return Array.isArray(value) ? value.join(' ') : ''
    default:
      return value === undefined || value === null ? '' : String(value)
  }
}

/** The texts of an event's `draftColumns`. */
export function columnTexts(event: Readonly<Record<string, unknown>>): readonly string[] {
  return draftColumns.map(({ path, type }) => columnText(type, valueAt(event, path)))
}

function valueAt(event: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = event
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? Reflect.get(value, name) : undefined
  return value
}
