import type { CliRecording } from '@rack-gateway/demo-rack/recordings'

/** Replaces the ids of a recording by those that a rack has now. */
export interface Ids {
  inCommand(command: string): string
  /** Takes note of the ids that a command made. */
  learn(recording: CliRecording, stdout: string): void
}

const idPattern = /\b[RB][A-Z]{10}\b|\b(?:web|worker|command)-[a-z0-9]{9}-[a-z0-9]{5}\b|\brun-[a-z0-9]{10}\b/g

/** Knows none at first: `convox apps` and `convox ps` show those of the seed. */
export function createIds(): Ids {
  const present = new Map<string, string>()
  return {
    inCommand: (command) => command.replace(idPattern, (id) => present.get(id) ?? id),
    learn({ stdout: recorded }, stdout) {
      const made = stdout.match(idPattern) ?? []
      for (const [index, id] of (recorded.match(idPattern) ?? []).entries()) {
        const now = made[index]
        if (now !== undefined && !present.has(id)) present.set(id, now)
      }
    },
  }
}

/** An output as lines in which ids, times and what depends on them are the same in each run, and columns have no width. */
export function comparable(output: string): string[] {
  const plain = output
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replace(idPattern, (id) => (id.includes('-') ? id.replace(/-.*/, '-<id>') : `${id.slice(0, 1)}<id>`))
    .replace(/\b(?:\d+ (?:second|minute|hour|day|month)s? (?:ago|from now)|now)\b/g, '<when>')
    .replace(/\b(?:\d+m)?\d+s\b/g, '<span>')
    .replace(/^Received \d+ bytes/gm, 'Received <n> bytes')
    .replace(/^client: .*/gm, 'client: <version>')
  const lines = plain.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trimEnd())
  return lines.filter((line) => line !== '' && !isIncidental(line))
}

/** How many lines of a roll-out a CLI still sees depends on when it begins to follow the log; the recorded rack did not set RACK_URL. */
function isIncidental(line: string): boolean {
  return line.includes(' promote step ') || line.startsWith('RACK_URL=')
}

/** Whether a line is the recorded one, as a user may see it from whom values are hidden. */
export function isLike(recorded: string, line: string): boolean {
  if (recorded === line) return true
  if (!line.includes('[')) return false
  const pattern = line
    .split(/\[(?:hidden|rack token)[^\]]*\]/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return pattern.length > 1 && new RegExp(`^${pattern.join('.+')}$`).test(recorded)
}
