import { type Static, Type } from 'typebox'
import { type RecordingRule, recordedSessions } from '../policy-document/recordings.ts'
import { closed, type LineOf, narrowingList } from './lists.ts'

const WrittenRecordingRule = Type.Object(
  {
    mode: Type.Enum(['strict', 'best-effort', 'off'], { description: 'strict, best-effort, or off' }),
    input: Type.Optional(Type.Boolean({ description: 'true (what is typed is recorded too) or false' })),
    sessions: Type.Optional(
      Type.Array(Type.Enum([...recordedSessions], { description: 'exec, console, or shell' }), {
        minItems: 1,
        description: 'a list of exec, console, and shell',
      }),
    ),
    racks: narrowingList('rack patterns, such as [staging*]'),
    apps: narrowingList('app patterns'),
    commands: narrowingList(
      'patterns of whole commands, in which * stands for any text, such as [rails console, "rake *"]',
    ),
  },
  { ...closed, description: 'a recording rule: mode, and optionally input, sessions, racks, apps, and commands' },
)

/** The section `recordings` of a policy document. */
export const WrittenRecordings = Type.Object(
  { rules: Type.Record(Type.String(), WrittenRecordingRule, { description: 'a mapping of IDs to recording rules' }) },
  { ...closed, description: 'rules' },
)
export type WrittenRecordings = Static<typeof WrittenRecordings>

export function recordingRules({ rules }: WrittenRecordings, lineOf: LineOf): RecordingRule[] {
  return Object.entries(rules).map(([id, { input = false, ...rule }]) => ({
    id,
    input,
    ...rule,
    source: lineOf(['recordings', 'rules', id]),
  }))
}
