import { type Static, Type } from 'typebox'
import { Nullable } from '../../../nullable.ts'
import { eventSubject } from './event-subject.ts'
import { shownTime, type Zone } from './times.ts'

const Text = Type.Optional(Type.String())
/** docs/reference/events.md describes the rest. */
const open = { additionalProperties: true } as const

/** Of an event, what is shown in a line. The rest is passed on as it came. */
export const FoundEvent = Type.Object(
  {
    id: Type.String(),
    link: Type.String(),
    writtenAt: Type.String(),
    event: Type.Object(
      {
        at: Type.String(),
        kind: Type.String(),
        principal: Type.Optional(Type.Object({ name: Type.String() }, open)),
        rack: Text,
        app: Text,
        route: Text,
        command: Type.Optional(Type.Array(Type.String())),
        decision: Type.Optional(Type.Object({ effect: Type.String(), reason: Text }, open)),
        status: Type.Optional(Type.Number()),
        detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      },
      { ...open, description: 'docs/reference/events.md' },
    ),
  },
  open,
)
export type FoundEvent = Static<typeof FoundEvent>

export const Page = Type.Object({
  items: Type.Array(FoundEvent),
  next: Nullable(Type.String()),
})

/** Time, who, what, where, what came of it, id: the columns of a table. */
export function cellsOf({ id, event }: FoundEvent, zone: Zone): string[] {
  const { at, kind, principal, rack, app, decision, status } = event
  const what = eventSubject(event)
  const where = [rack, app].filter((name) => name !== undefined).join('/')
  const outcome = [decision?.effect, status].filter((part) => part !== undefined).join(' ')
  return [shownTime(at, zone), principal?.name ?? '', kind, what, where, outcome, id]
}

export const headings = ['WHO', 'KIND', 'WHAT', 'WHERE', 'RESULT', 'ID'] as const
