import { compilePatterns, inMessage, type Problem } from '@rack-gateway/command-matcher'
import type { RackCall } from './types.ts'

/** What is recorded of a kind of session: `exec` is of runs too, `console` a resource's, `shell` an instance's. */
export const recordedSessions = ['exec', 'console', 'shell'] as const
export type RecordedSessionKind = (typeof recordedSessions)[number]

/** Which sessions are recorded, and how. The first rule that matches decides; without one, a session isn't recorded. */
export interface RecordingRule {
  readonly id: string
  /** `strict`: a session that can't be recorded is not opened, or is ended. `best-effort`: it continues, and the recording marks the missing part. */
  readonly mode: 'strict' | 'best-effort' | 'off'
  /** Whether what is typed is recorded, too: passwords that a terminal doesn't show are typed. */
  readonly input: boolean
  readonly sessions?: readonly RecordedSessionKind[]
  /** Patterns, `*` within a name. */
  readonly racks?: readonly string[]
  readonly apps?: readonly string[]
  /** Patterns of whole commands, their words with one space between; `*` stands for anything. */
  readonly commands?: readonly string[]
  /** Where it is written, such as `policy.yaml:12`. */
  readonly source?: string
}

/** A session, as far as rules ask about it. */
export interface SessionSubject {
  readonly session: RecordedSessionKind
  readonly rack: string
  readonly app: string | null
  /** Its words with one space between; null where it has none. */
  readonly command: string | null
}

/** What a call opens, as far as it is recorded; null for one that opens no session. */
export function sessionOf(call: SessionCall): SessionSubject | null {
  const { route, rack, app } = call
  const session = recordedSessions.find((kind) => route.path.endsWith(`/${kind}`))
  return session === undefined ? null : { session, rack, app, command: askedCommand(call)?.join(' ') ?? null }
}

type SessionCall = Pick<RackCall, 'route' | 'rack' | 'app' | 'command' | 'instanceCommand'>

/** What a call asks to run, word by word as far as that is known; null for nothing. */
export function askedCommand({
  command,
  instanceCommand,
}: Pick<RackCall, 'command' | 'instanceCommand'>): readonly string[] | null {
  if (command !== null) return command.argv ?? [command.text]
  return instanceCommand === undefined ? null : [instanceCommand]
}

export function recordingProblems(rules: readonly RecordingRule[]): Problem[] {
  return rules.flatMap(({ id, racks = [], apps = [], commands = [] }) => {
    const at = ['recordings', 'rules', id]
    const empty = [...racks, ...apps, ...commands].includes('')
    return empty
      ? [{ at, text: `the recording rule "${inMessage(id)}" has an empty pattern, which matches nothing` }]
      : []
  })
}

/** @returns what finds the rule for a session; null for one that no rule is for */
export function compileRecordings(rules: readonly RecordingRule[]): (subject: SessionSubject) => RecordingRule | null {
  const compiled = rules.map((rule) => ({
    rule,
    onRack: compilePatterns(rule.racks),
    onApp: compilePatterns(rule.apps),
    onCommand: compilePatterns(rule.commands),
  }))
  return function ruleFor({ session, rack, app, command }) {
    const found = compiled.find(
      ({ rule, onRack, onApp, onCommand }) =>
        (rule.sessions === undefined || rule.sessions.includes(session)) &&
        onRack(rack) &&
        (rule.apps === undefined || (app !== null && onApp(app))) &&
        (rule.commands === undefined || (command !== null && onCommand(command))),
    )
    return found?.rule ?? null
  }
}
