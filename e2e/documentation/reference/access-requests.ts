import { finalStates, type Transition, transitions } from '@rack-gateway/access-requests'
import { code, table } from './table.ts'

/** The generated parts of access-requests.md, from the one table of transitions. */
export function accessRequestParts(): Record<string, string> {
  const all: readonly Transition[] = Object.values(transitions)
  return {
    diagram: ['```mermaid', 'stateDiagram-v2', ...all.map(arrow), ...finalStates.map(toEnd), '```'].join('\n'),
    transitions: table(
      ['from', 'to', 'when', 'by', 'event'],
      all.map(({ from, to, when, by, event }) => [
        from === null ? '' : code(from),
        code(to),
        when,
        by.join(', '),
        code(event),
      ]),
    ),
  }
}

function arrow({ from, to, when }: Transition): string {
  return `  ${from ?? '[*]'} --> ${to}: ${when}`
}

function toEnd(state: string): string {
  return `  ${state} --> [*]`
}
