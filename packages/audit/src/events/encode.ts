import { type TObject, type TSchema, Type } from 'typebox'
import { CanonicalWriter } from './canonical-writer.ts'
import { Actor, EventDraft, EventPosition, type Truncation } from './event.ts'
import { columnText, draftColumns, optionsOf } from './event-columns.ts'
import { limitTruncations, truncateMembers } from './truncate.ts'

/** A copy of a draft in canonical form, cut to the limits. */
export interface EncodedDraft {
  /**
   * The canonical text, split where the members `at`, `id`, `seq`, `stream`, and `v` belong. The event gets these
   * members with its position.
   */
  readonly parts: readonly [string, string, string, string, string]
  /** The texts of `draftColumns`; empty for null. */
  readonly columns: readonly string[]
  /** The approximate number of characters, which the write queue counts. */
  readonly size: number
}

/** Writes a JSON member in canonical form if it has a value, and its text into `columns` if it has a column. */
type WriteMember = (to: CanonicalWriter, value: unknown, columns: string[]) => void

interface Member {
  readonly name: string
  readonly write: WriteMember
}

export function encode(draft: EventDraft): EncodedDraft {
  const to = new CanonicalWriter()
  const columns = draftColumns.map(() => '')
  function partBefore(name: keyof typeof membersBefore): string {
    writeMembers(membersBefore[name], to, draft, columns)
    return to.take()
  }
  const parts = [partBefore('at'), partBefore('id'), partBefore('seq'), partBefore('stream'), partBefore('v')] as const
  return { parts, columns, size: to.size }
}

interface EncodedActor {
  readonly text: string
  readonly columns: readonly string[]
}

const encodedActors = new WeakMap<object, EncodedActor>()

/**
 * Freezes an actor that occurs in many events, and caches its encoded form. An actor with a truncated value is not
 * cached, because each event must list the truncation.
 */
export function cacheEncodedActor(actor: Actor): Actor {
  const to = new CanonicalWriter()
  const columns = draftColumns.map(() => '')
  writeMembers(actorMembers, to, freezeAll(actor), columns)
  if (to.truncated.length === 0) encodedActors.set(actor, { text: to.take(), columns })
  return actor
}

function freezeAll<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeAll(member)
  return Object.freeze(value)
}

function writeMembers(
  members: readonly Member[],
  to: CanonicalWriter,
  values: Readonly<Record<string, unknown>>,
  columns: string[],
): void {
  for (const { name, write } of members) {
    const value = values[name]
    // `truncated` also lists the fields that `to` has cut, so it is written even if the draft has none.
    if (value !== undefined || name === 'truncated') write(to, value, columns)
  }
}

const draftMembers = membersOf(EventDraft, '')
const actorMembers = membersOf(Actor, 'principal.')
const writeActor = objectWriter('principal', actorMembers)
const actorColumns = draftColumns.flatMap(({ path }, index) => (path.startsWith('principal.') ? [index] : []))
const membersBefore = splitByPosition(draftMembers)

/**
 * For each member of the position: the members of a draft that are written between the previous member of the position
 * and this one. No member of a draft sorts after `v`, the last one.
 */
function splitByPosition(members: readonly Member[]): Record<keyof typeof EventPosition.properties, readonly Member[]> {
  const names = Object.keys(EventPosition.properties).sort()
  const groups = names.map((name, index) => {
    const before = names[index - 1] ?? ''
    return [name, members.filter((member) => member.name > before && member.name < name)]
  })
  return Object.fromEntries(groups)
}

function membersOf({ properties }: TObject, parent: string): readonly Member[] {
  return Object.keys(properties)
    .sort()
    .map((name) => ({ name, write: writerOf(name, `${parent}${name}`, properties[name] as TSchema) }))
}

function writerOf(name: string, path: string, schema: TSchema): WriteMember {
  if (path === 'principal') return writePrincipal
  if (path === 'truncated') return writeTruncated
  if (Type.IsObject(schema)) return objectWriter(name, membersOf(schema, `${path}.`))
  if (Type.IsRecord(schema))
    return (to, value) =>
      to.value(name, truncateMembers(value as Parameters<typeof truncateMembers>[0], path, to.truncated))
  const { limit } = optionsOf(schema)
  if (Type.IsArray(schema)) return withColumn(path, (to, value) => to.names(name, value as readonly string[], path))
  if (Type.IsBoolean(schema)) return (to, value) => to.value(name, value)
  if (Type.IsInteger(schema)) return withColumn(path, (to, value) => to.number(name, value as number))
  return withColumn(path, (to, value) => to.text(name, value as string, path, limit))
}

/** @param write returns the recorded value */
function withColumn(path: string, write: (to: CanonicalWriter, value: unknown) => unknown): WriteMember {
  const index = draftColumns.findIndex((column) => column.path === path)
  const column = draftColumns[index]
  if (column === undefined) return write
  const { type } = column
  if (type === 'text')
    return (to, value, columns) => {
      columns[index] = write(to, value) as string
    }
  return (to, value, columns) => {
    columns[index] = columnText(type, write(to, value))
  }
}

function objectWriter(name: string, members: readonly Member[]): WriteMember {
  return (to, value, columns) => {
    to.open(name)
    writeMembers(members, to, value as Readonly<Record<string, unknown>>, columns)
    to.close()
  }
}

function writePrincipal(to: CanonicalWriter, actor: unknown, columns: string[]): void {
  const encoded = encodedActors.get(actor as Actor)
  if (encoded === undefined) writeActor(to, actor, columns)
  else {
    to.raw('principal', `{${encoded.text}}`, encoded.text.length)
    for (const index of actorColumns) columns[index] = encoded.columns[index] ?? ''
  }
}

function writeTruncated(to: CanonicalWriter, value: unknown): void {
  to.value('truncated', limitTruncations([...((value ?? []) as readonly Truncation[]), ...to.truncated]))
}
